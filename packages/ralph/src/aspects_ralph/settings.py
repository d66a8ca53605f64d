"""The settings of Ralph, as environment variables; called by `emit` and `check`."""

from __future__ import annotations

from typing import Any

APP_DIR = "/run/ralph"
STORE = "RALPH_BACKENDS__LRS__CLICKHOUSE__"

# Variable -> key of the slice that decides it; empty when no key does.
# Source: `ralph.conf.Settings` and the ClickHouse backend of Ralph 5.0.1, read 2026-11.
OWNED = {
    "RALPH_APP_DIR": "",
    "RALPH_AUTH_FILE": "authSecret",
    "RALPH_AUTH_CACHE_MAX_SIZE": "authCache.maxEntries",
    "RALPH_AUTH_CACHE_TTL": "authCache.ttlSeconds",
    "RALPH_EXECUTION_ENVIRONMENT": "sentry.executionEnvironment",
    "RALPH_LRS_RESTRICT_BY_AUTHORITY": "restrict",
    "RALPH_LRS_RESTRICT_BY_SCOPES": "restrict",
    "RALPH_RUNSERVER_AUTH_BACKENDS": "oidc.enabled",
    "RALPH_RUNSERVER_AUTH_OIDC_AUDIENCE": "oidc.audience",
    "RALPH_RUNSERVER_AUTH_OIDC_ISSUER_URI": "oidc.issuer",
    "RALPH_RUNSERVER_BACKEND": "",
    "RALPH_RUNSERVER_HOST": "",
    "RALPH_RUNSERVER_MAX_SEARCH_HITS_COUNT": "maxSearchHits",
    "RALPH_RUNSERVER_PORT": "port",
    "RALPH_SENTRY_DSN": "sentry.dsnSecret",
    "RALPH_SENTRY_IGNORE_HEALTH_CHECKS": "sentry.ignoreHealthChecks",
    "RALPH_SENTRY_LRS_TRACES_SAMPLE_RATE": "sentry.tracesSampleRatio",
    "RALPH_XAPI_FORWARDINGS": "forwardings.secret",
    f"{STORE}DATABASE": "clickhouse.database",
    f"{STORE}EVENT_TABLE_NAME": "clickhouse.table",
    f"{STORE}HOST": "clickhouse.host",
    f"{STORE}PASSWORD": "clickhouse.passwordSecret",
    f"{STORE}PORT": "clickhouse.port",
    f"{STORE}USERNAME": "clickhouse.user",
    f"{STORE}WRITE_CHUNK_SIZE": "writeChunkSize",
}


def list_env(values: dict[str, Any], store: dict[str, Any], tools: Any) -> list[dict[str, Any]]:
    """Return the `env` of the server's container, secrets by reference."""
    plain = {
        **_server_settings(values),
        **_store_settings(values, store),
        **_oidc_settings(values["oidc"]),
        **_sentry_settings(values["sentry"], tools.site["environment"]),
        **values["extraSettings"],
    }
    if values["clickhouse"]["caSecret"]["name"]:
        plain["SSL_CERT_FILE"] = "/etc/ralph-ca/ca.crt"
    env = [{"name": name, "value": value} for name, value in plain.items()]
    return env + [
        {"name": name, **tools.secret(ref["name"], ref["key"])}
        for name, ref in _secret_settings(values).items()
    ]


def _server_settings(values: dict[str, Any]) -> dict[str, str]:
    restrict = _flag(values["restrict"])
    return {
        "PYTHONPATH": "/etc/ralph",
        "RALPH_APP_DIR": APP_DIR,
        "RALPH_AUTH_FILE": f"{APP_DIR}/auth.json",
        "RALPH_AUTH_CACHE_MAX_SIZE": str(values["authCache"]["maxEntries"]),
        "RALPH_AUTH_CACHE_TTL": str(values["authCache"]["ttlSeconds"]),
        # Scopes are enforced only where authority is.
        "RALPH_LRS_RESTRICT_BY_AUTHORITY": restrict,
        "RALPH_LRS_RESTRICT_BY_SCOPES": restrict,
        "RALPH_RUNSERVER_BACKEND": "clickhouse",
        "RALPH_RUNSERVER_MAX_SEARCH_HITS_COUNT": str(values["maxSearchHits"]),
    }


def _store_settings(values: dict[str, Any], store: dict[str, Any]) -> dict[str, str]:
    own = values["clickhouse"]
    return {
        f"{STORE}HOST": store["host"],
        f"{STORE}PORT": str(store["port"]),
        f"{STORE}DATABASE": own["database"],
        f"{STORE}EVENT_TABLE_NAME": own["table"],
        f"{STORE}USERNAME": own["user"],
        f"{STORE}WRITE_CHUNK_SIZE": str(values["writeChunkSize"]),
    }


def _oidc_settings(oidc: dict[str, Any]) -> dict[str, str]:
    if not oidc["enabled"]:
        return {"RALPH_RUNSERVER_AUTH_BACKENDS": "basic"}
    found = {
        "RALPH_RUNSERVER_AUTH_BACKENDS": "basic,oidc",
        "RALPH_RUNSERVER_AUTH_OIDC_ISSUER_URI": oidc["issuer"],
    }
    if oidc["audience"]:
        found["RALPH_RUNSERVER_AUTH_OIDC_AUDIENCE"] = oidc["audience"]
    return found


def _sentry_settings(sentry: dict[str, Any], environment: str) -> dict[str, str]:
    if not sentry["dsnSecret"]["name"]:
        return {}
    return {
        "RALPH_EXECUTION_ENVIRONMENT": sentry["executionEnvironment"] or environment,
        "RALPH_SENTRY_IGNORE_HEALTH_CHECKS": _flag(sentry["ignoreHealthChecks"]),
        "RALPH_SENTRY_LRS_TRACES_SAMPLE_RATE": str(sentry["tracesSampleRatio"]),
    }


def _secret_settings(values: dict[str, Any]) -> dict[str, dict[str, str]]:
    # By environment, not by file: Ralph 5.0.1 reads no secrets folder.
    found = {f"{STORE}PASSWORD": values["clickhouse"]["passwordSecret"]}
    if values["sentry"]["dsnSecret"]["name"]:
        found["RALPH_SENTRY_DSN"] = values["sentry"]["dsnSecret"]
    if values["forwardings"]["secret"]["name"]:
        found["RALPH_XAPI_FORWARDINGS"] = values["forwardings"]["secret"]
    return found


def _flag(value: bool) -> str:
    return "true" if value else "false"
