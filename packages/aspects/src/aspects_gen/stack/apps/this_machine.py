"""Superset on one machine: no PostgreSQL, no Redis, no queue. Imported after the environment's own settings.

PLACES is put before this text: the folder of the stack's Superset, and the LMS's address for browsers.
"""


def configure(settings):
    """Change the settings of superset_config.py where a machine differs from a cluster."""
    home, lms = PLACES["home"], PLACES["lms"]  # noqa: F821
    # Requests write while others read: wait for each other instead of failing.
    settings["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{home}/superset.db?timeout=60"
    settings["SQLALCHEMY_ENGINE_OPTIONS"] = {}
    for name in (
        "CACHE_CONFIG",
        "DATA_CACHE_CONFIG",
        "FILTER_STATE_CACHE_CONFIG",
        "EXPLORE_FORM_DATA_CACHE_CONFIG",
    ):
        known = settings[name]
        settings[name] = {
            "CACHE_TYPE": "FileSystemCache",
            "CACHE_DIR": f"{home}/cache/{known['CACHE_KEY_PREFIX']}",
            "CACHE_DEFAULT_TIMEOUT": known["CACHE_DEFAULT_TIMEOUT"],
            "CACHE_THRESHOLD": 10000,
        }
    settings["GLOBAL_ASYNC_QUERIES_CACHE_BACKEND"] = settings["CACHE_CONFIG"]
    settings["RESULTS_BACKEND"] = None
    settings["RATELIMIT_STORAGE_URI"] = "memory://"
    settings["CELERY_CONFIG"].broker_url = "memory://"
    settings["CELERY_CONFIG"].result_backend = "cache+memory://"
    sso = settings.get("OPENEDX_SSO", {})
    sso["public_url"] = lms
    for provider in settings.get("OAUTH_PROVIDERS", []):
        provider["remote_app"]["authorize_url"] = lms + sso["authorize_path"]
