"""Settings of Superset. Secrets come from the environment; without them Superset does not start."""

import hashlib
import importlib

from celery.schedules import crontab
from flask_caching.backends.rediscache import RedisCache
from redis import Redis
from site_secrets import password, signing_keys
from site_urls import database_uri, redis_url

# --- Keys ---------------------------------------------------------------------------------------
SECRET_KEY, GUEST_TOKEN_JWT_SECRET = signing_keys("SUPERSET_SECRET_KEY", "SUPERSET_GUEST_TOKEN_KEY")
# Used only when GLOBAL_ASYNC_QUERIES is switched on; Superset's default is published.
GLOBAL_ASYNC_QUERIES_JWT_SECRET = hashlib.sha256(b"async-queries " + SECRET_KEY.encode()).hexdigest()

# --- Metadata database --------------------------------------------------------------------------
_database = {
    "engine": "mysql",
    "host": "mysql.university.example",
    "port": 3306,
    "name": "superset",
    "user": "superset",
    "tls": "off",
    "ca": "",
}
SQLALCHEMY_DATABASE_URI = database_uri(_database, password("SUPERSET_DATABASE_PASSWORD"))
if _database["engine"] == "mysql":
    import pymysql

    # Where Superset shows a MySQL database, it looks its types up in another driver's module.
    pymysql.install_as_MySQLdb()
# Connections that a server or firewall dropped are noticed and replaced.
SQLALCHEMY_ENGINE_OPTIONS = {"pool_pre_ping": True, "pool_recycle": 1800}

# --- Redis: queue, results, caches --------------------------------------------------------------
_redis = {
    "host": "redis.university.example",
    "port": 6379,
    "user": "",
    "tls": "off",
    "ca": "",
}
_redis_databases = {
    "celery": 0,
    "results": 1,
    "cache": 2,
}
_redis_urls = {
    use: redis_url(_redis, password("SUPERSET_REDIS_PASSWORD"), number)
    for use, number in _redis_databases.items()
}


def _cache(prefix, seconds, **more):
    """Return the settings of one cache."""
    return {
        "CACHE_TYPE": "RedisCache",
        "CACHE_REDIS_URL": _redis_urls["cache"],
        "CACHE_KEY_PREFIX": f"superset_{prefix}_",
        "CACHE_DEFAULT_TIMEOUT": seconds,
        **more,
    }


CACHE_DEFAULT_TIMEOUT = 300
CACHE_CONFIG = _cache("metadata", 300)
DATA_CACHE_CONFIG = _cache("data", 300)
FILTER_STATE_CACHE_CONFIG = _cache(
    "filter_state", 7776000, REFRESH_TIMEOUT_ON_RETRIEVAL=True
)
EXPLORE_FORM_DATA_CACHE_CONFIG = _cache(
    "explore_form", 604800, REFRESH_TIMEOUT_ON_RETRIEVAL=True
)
RESULTS_BACKEND = RedisCache(
    host=Redis.from_url(_redis_urls["results"]), key_prefix="superset_results_"
)
GLOBAL_ASYNC_QUERIES_CACHE_BACKEND = _cache("async", 300)


class CeleryConfig:
    """Queue and schedule of the worker and of beat."""

    broker_url = _redis_urls["celery"]
    result_backend = _redis_urls["results"]
    broker_connection_retry_on_startup = True
    imports = (
        "superset.sql_lab",
        "superset.tasks.scheduler",
        "superset.tasks.thumbnails",
        "superset.tasks.cache",
        "heartbeat",
    )
    # One task at a time is fetched, so that a long one does not hold others back.
    worker_prefetch_multiplier = 1
    # Acknowledged when taken: a report that killed its worker is not sent twice.
    task_acks_late = False
    result_expires = 86400
    task_annotations = {"sql_lab.get_sql_results": {"rate_limit": "100/s"}}
    beat_scheduler = "heartbeat:TouchingScheduler"
    beat_schedule = {
        "prune_query": {
            "task": "prune_query",
            "schedule": crontab(minute=10, hour=1),
            "kwargs": {"retention_period_days": 180},
        },
        "prune_logs": {
            "task": "prune_logs",
            "schedule": crontab(minute=20, hour=1),
            "kwargs": {"retention_period_days": 180, "max_rows_per_run": 500000},
        },
        "prune_tasks": {
            "task": "prune_tasks",
            "schedule": crontab(minute=30, hour=1),
            "kwargs": {"retention_period_days": 180, "max_rows_per_run": 100000},
        },
        "reports.scheduler": {
            "task": "reports.scheduler",
            "schedule": crontab(minute="*", hour="*"),
            "options": {"expires": 3600},
        },
        "reports.prune_log": {
            "task": "reports.prune_log",
            "schedule": crontab(minute=10, hour=0),
        },
    }


CELERY_CONFIG = CeleryConfig

# --- Limits -------------------------------------------------------------------------------------
ROW_LIMIT = 100000
SQL_MAX_ROW = 100000
SQLLAB_TIMEOUT = 60
SQLLAB_ASYNC_TIME_LIMIT_SEC = 60
SUPERSET_WEBSERVER_TIMEOUT = 60
RATELIMIT_ENABLED = True
RATELIMIT_APPLICATION = "50 per second"
RATELIMIT_STORAGE_URI = _redis_urls["cache"]
# Without Redis each process counts for itself.
RATELIMIT_IN_MEMORY_FALLBACK_ENABLED = True
AUTH_RATE_LIMITED = True
AUTH_RATE_LIMIT = "5 per second"

# --- What is shown ------------------------------------------------------------------------------
LANGUAGES = {
    "en": {
        "flag": "us",
        "name": "English",
    },
    "es": {
        "flag": "es",
        "name": "Spanish",
    },
    "it": {
        "flag": "it",
        "name": "Italian",
    },
    "fr": {
        "flag": "fr",
        "name": "French",
    },
    "zh": {
        "flag": "cn",
        "name": "Chinese",
    },
    "ja": {
        "flag": "jp",
        "name": "Japanese",
    },
    "de": {
        "flag": "de",
        "name": "German",
    },
    "pt": {
        "flag": "pt",
        "name": "Portuguese",
    },
    "ru": {
        "flag": "ru",
        "name": "Russian",
    },
    "ko": {
        "flag": "kr",
        "name": "Korean",
    },
    "sk": {
        "flag": "sk",
        "name": "Slovak",
    },
    "sl": {
        "flag": "si",
        "name": "Slovenian",
    },
    "nl": {
        "flag": "nl",
        "name": "Dutch",
    },
}
BABEL_DEFAULT_LOCALE = "en"
FEATURE_FLAGS = {
    "ALERT_REPORTS": True,
    "DASHBOARD_RBAC": True,
    "EMBEDDABLE_CHARTS": True,
    "EMBEDDED_SUPERSET": True,
    "ENABLE_TEMPLATE_PROCESSING": True,
    "TAGGING_SYSTEM": True,
    "THUMBNAILS": False,
}
LOG_LEVEL = "INFO"
SHOW_STACKTRACE = False
FAB_API_SWAGGER_UI = False
HTML_SANITIZATION_SCHEMA_EXTENSIONS = {"attributes": {"a": ["target"]}}

# --- What Superset may open ---------------------------------------------------------------------
PREVENT_UNSAFE_DB_CONNECTIONS = True
# Datasets are not filled from addresses that someone wrote into an import.
DATASET_IMPORT_ALLOWED_DATA_URLS = []

# --- Browser ------------------------------------------------------------------------------------
ENABLE_PROXY_FIX = True
PROXY_FIX_CONFIG = {"x_for": 1, "x_proto": 1, "x_host": 1, "x_port": 0, "x_prefix": 0}
SESSION_COOKIE_NAME = "superset_session"
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
PERMANENT_SESSION_LIFETIME = 43200
WTF_CSRF_ENABLED = True
ENABLE_CORS = False
# Superset's telemetry picture (scarf) is not among the sources: browsers do not load it.
_policy = {
    "default-src": [
        "'self'",
    ],
    "base-uri": [
        "'self'",
    ],
    "connect-src": [
        "'self'",
    ],
    "font-src": [
        "'self'",
        "data:",
    ],
    "form-action": [
        "'self'",
    ],
    "img-src": [
        "'self'",
        "blob:",
        "data:",
    ],
    "object-src": [
        "'none'",
    ],
    "script-src": [
        "'self'",
        "'strict-dynamic'",
    ],
    "style-src": [
        "'self'",
        "'unsafe-inline'",
    ],
    "worker-src": [
        "'self'",
        "blob:",
    ],
    "frame-ancestors": [
        "'self'",
        "https://courses.university.example",
        "https://studio.courses.university.example",
    ],
}
TALISMAN_ENABLED = True
TALISMAN_CONFIG = {
    "content_security_policy": _policy,
    "content_security_policy_nonce_in": ["script-src"],
    # TLS ends before Superset, probes come without it.
    "force_https": False,
    "session_cookie_secure": True,
    "frame_options": None,
}

# --- Embedded dashboards ------------------------------------------------------------------------
GUEST_ROLE_NAME = "Embedded Viewer"
GUEST_TOKEN_JWT_ALGO = "HS256"
GUEST_TOKEN_JWT_EXP_SECONDS = 300
GUEST_TOKEN_JWT_AUDIENCE = "https://insights.university.example/"

# --- People -------------------------------------------------------------------------------------
AUTH_ROLE_PUBLIC = "Public"
PUBLIC_ROLE_LIKE = None
# For row-level rules; see the modules.
from course_filter import can_view_courses, can_view_platform  # noqa: E402
from site_security import SiteSecurityManager  # noqa: E402

CUSTOM_SECURITY_MANAGER = SiteSecurityManager
ALL_COURSES_ROLES = [
    "Admin",
    "Alpha",
    "Operator",
]
JINJA_CONTEXT_ADDONS = {
    "can_view_courses": can_view_courses,
    "can_view_platform": can_view_platform,
}
from flask_appbuilder.security.manager import AUTH_OAUTH  # noqa: E402
from openedx_sso import OpenEdxSecurityManager, expire_logins  # noqa: E402

AUTH_TYPE = AUTH_OAUTH
CUSTOM_SECURITY_MANAGER = OpenEdxSecurityManager
FLASK_APP_MUTATOR = expire_logins
# People exist from their first sign-on by the LMS. This role is added to the ones they get; it has no rights.
AUTH_USER_REGISTRATION = True
AUTH_USER_REGISTRATION_ROLE = "Public"
AUTH_ROLES_SYNC_AT_LOGIN = True
# The LMS's account signs in over the API with its password, not through the LMS.
AUTH_API_LOGIN_ALLOW_MULTIPLE_PROVIDERS = True
AUTH_ROLES_MAPPING = {
    "admin": [
        "Admin",
    ],
    "alpha": [
        "Alpha",
    ],
    "operator": [
        "Operator",
    ],
    "instructor": [
        "Instructor",
    ],
    "student": [
        "Student",
    ],
    "admin-en": [
        "Admin - en",
    ],
    "alpha-en": [
        "Alpha - en",
    ],
    "operator-en": [
        "Operator - en",
    ],
    "instructor-en": [
        "Instructor - en",
    ],
    "student-en": [
        "Student - en",
    ],
    "admin-es_419": [
        "Admin - es_419",
    ],
    "alpha-es_419": [
        "Alpha - es_419",
    ],
    "operator-es_419": [
        "Operator - es_419",
    ],
    "instructor-es_419": [
        "Instructor - es_419",
    ],
    "student-es_419": [
        "Student - es_419",
    ],
}
OPENEDX_SSO = {
    "provider": "openedxsso",
    "client_id": "superset-sso",
    "public_url": "https://courses.university.example",
    "internal_url": "https://courses.university.example",
    "authorize_path": "/oauth2/authorize/",
    "access_token_path": "/oauth2/access_token/",
    "me_path": "/api/user/v1/me",
    "courses_list_path": "/api/courses/v1/courses/?permissions={permission}&username={username}",
    "preference_path": "/api/user/v1/preferences/{username}",
    "scopes": [
        "profile",
        "email",
        "user_id",
    ],
    "verification": "lms",
    "jwks": "",
    "jwks_url": "",
    "issuer": "",
    "audience": "",
    "timeout_seconds": 10,
    "course_limit": 2000,
    "permissions_cache_seconds": 120,
    "block_student_access": True,
    "block_instructor_access": False,
    "role_locales": [
        "en",
        "es_419",
    ],
    "reserved_usernames": [
        "admin",
        "lms",
    ],
    "assign": {
        "superuser": [
            "admin",
        ],
        "staff": [
            "operator",
            "instructor",
        ],
        "course_staff": [
            "instructor",
        ],
        "other": [
            "student",
        ],
    },
}
OPENEDX_SSO["client_secret"] = password("SUPERSET_OAUTH_CLIENT_SECRET")
OAUTH_PROVIDERS = [
    {
        "name": OPENEDX_SSO["provider"],
        "token_key": "access_token",
        "icon": "fa-right-to-bracket",
        "remote_app": {
            "client_id": OPENEDX_SSO["client_id"],
            "client_secret": OPENEDX_SSO["client_secret"],
            "client_kwargs": {
                "scope": " ".join(OPENEDX_SSO["scopes"]),
                "default_timeout": OPENEDX_SSO["timeout_seconds"],
            },
            "access_token_method": "POST",
            "access_token_params": {"token_type": "jwt"},
            "api_base_url": OPENEDX_SSO["internal_url"],
            "access_token_url": OPENEDX_SSO["internal_url"] + OPENEDX_SSO["access_token_path"],
            "authorize_url": OPENEDX_SSO["public_url"] + OPENEDX_SSO["authorize_path"],
        },
    }
]

# --- E-mail, alerts and reports -----------------------------------------------------------------
WEBDRIVER_BASEURL = "http://superset:8088/"
WEBDRIVER_BASEURL_USER_FRIENDLY = "https://insights.university.example/"
ALERT_REPORTS_NOTIFICATION_DRY_RUN = False
SMTP_HOST = "smtp.university.example"
SMTP_PORT = 587
SMTP_STARTTLS = True
SMTP_SSL = False
SMTP_SSL_SERVER_AUTH = True
SMTP_USER = "aspects"
SMTP_PASSWORD = password("SUPERSET_SMTP_PASSWORD") if SMTP_USER else ""
SMTP_MAIL_FROM = "insights@university.example"
EMAIL_REPORTS_SUBJECT_PREFIX = "[Example University Online] "

# --- Additions ----------------------------------------------------------------------------------
for _name in [
    "aspects_looks",
]:
    _configure = getattr(importlib.import_module(_name), "configure", None)
    if _configure:
        _configure(globals())
