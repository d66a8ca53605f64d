"""What the LMS and Studio must know, as plain data. Called by `lms_files` and `lms_job`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aspects_gen.aspects.languages import locales_of, normal
from aspects_gen.aspects.naming import COPIED, parsed_database
from aspects_gen.services.contract import Endpoint, Tools

SERVICE_USER = "aspects"
"""LMS user that the event routes belong to; it can never sign in."""

RETIRED_TABLES = ("user_profile", "external_id", "course_enrollment")
"""Sink tables that hold a learner's user id, from which a retired learner's rows are removed."""

REQUIREMENTS = {
    "python3.11": (
        "platform-plugin-aspects==1.1.2",
        "edx-event-routing-backends>=9.3,<9.4",
    ),
    "python3.12": (
        "platform-plugin-aspects==2.0.1",
        "edx-event-routing-backends>=10.0.0,<11",
    ),
}
"""Django packages by the Python of the LMS's image.

Source: package metadata on PyPI and the pins of the public Aspects releases, read 2026-11.
"""

PYTHON_OF_RELEASE = {
    "sumac": "python3.11",
    "teak": "python3.11",
    "ulmo": "python3.11",
    "verawood": "python3.12",
}

ENV = {
    "lrs": "ASPECTS_LRS_PASSWORD",
    "sinks": "ASPECTS_CLICKHOUSE_PASSWORD",
    "superset": "ASPECTS_SUPERSET_PASSWORD",
    "oauth": "ASPECTS_OAUTH_CLIENT_SECRET",
}
"""Environment variables by which LMS and Studio get their secrets."""


def requirements(values: dict[str, Any]) -> tuple[str, ...]:
    """Return the packages that the LMS's image needs."""
    return REQUIREMENTS[PYTHON_OF_RELEASE[values["aspects"]["lms"]["release"]]]


def lrs_url(values: dict[str, Any], tools: Tools) -> str:
    """Return the xAPI address that the LMS posts to, or nothing when there is no LRS."""
    aspects = values["aspects"]
    if aspects["lrs"]["url"]:
        return str(aspects["lrs"]["url"]).rstrip("/") + "/"
    ralph = tools.endpoint("ralph/http")
    if ralph is None:
        return ""
    return str(values["ralph"]["lms"]["url"] or f"{address(ralph, tools)}/xAPI/")


def address(endpoint: Endpoint, tools: Tools) -> str:
    """Return an endpoint's address as pods of another namespace can use it."""
    host = endpoint["host"]
    if "workload" in endpoint and "." not in host:
        host = f"{host}.{tools.site['namespace']}.svc"
    scheme = "https" if endpoint["tls"] else "http"
    return f"{scheme}://{host}:{endpoint['port']}"


def clickhouse_url(values: dict[str, Any], tools: Tools) -> str:
    """Return the address that event sinks insert into."""
    given = str(values["aspects"]["lms"]["clickhouseUrl"])
    found = tools.endpoint("clickhouse/http")
    return given or (address(found, tools) if found else "")


def superset_urls(values: dict[str, Any], tools: Tools) -> dict[str, str]:
    """Return Superset's public address and the one for the LMS's own calls, or nothing."""
    found = tools.endpoint("superset/http")
    if found is None:
        return {}
    site = tools.site
    host = values["superset"]["host"] or f"superset.{site['lms_host']}"
    given = values["aspects"]["lms"]["supersetInternalUrl"]
    return {
        "service_url": f"{site['scheme']}://{host}/",
        "internal_service_url": f"{str(given or address(found, tools)).rstrip('/')}/",
    }


def sinks(aspects: dict[str, Any]) -> list[str]:
    """Return the records that are copied, as the personal data setting allows.

    Retirement is always on: enrolments hold user names whatever that setting says.
    """
    personal = [name for name in aspects["lms"]["piiSinks"] if name in COPIED[aspects["pii"]]]
    return [*aspects["lms"]["sinks"], *personal, "auth_user"]


def dashboards(aspects: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the tabs of the instructor page in the form the platform plugin reads."""
    lms = aspects["lms"]
    tabs = [*lms["instructorDashboards"]]
    if aspects["pii"] == "on":
        tabs += lms["piiInstructorDashboards"]
    return [
        {
            "name": tab["name"],
            "slug": tab["slug"],
            "uuid": tab["uuid"],
            "allow_translations": tab.get("allowTranslations", True),
        }
        for tab in tabs
    ]


def logs_statements(values: dict[str, Any]) -> bool:
    """Tell whether statements are written to the LMS's log."""
    choice = values["aspects"]["lms"]["xapiLogging"]
    if choice == "auto":
        return bool(values["vector"]["enabled"])
    return bool(choice == "always")


def plain_settings(values: dict[str, Any], tools: Tools) -> dict[str, Any]:
    """Return Django settings that are simple values: name to value.

    Source: settings of event-routing-backends and platform-plugin-aspects, read 2026-11.
    """
    aspects = values["aspects"]
    lms, retries, batching = aspects["lms"], aspects["lms"]["retries"], aspects["lms"]["batching"]
    found: dict[str, Any] = {
        "XAPI_EVENTS_ENABLED": True,
        "XAPI_EVENT_LOGGING_ENABLED": logs_statements(values),
        "XAPI_AGENT_IFI_TYPE": lms["agentIdentifier"],
        "EVENT_ROUTING_BACKEND_BATCHING_ENABLED": batching["enabled"]
        and bool(lrs_url(values, tools)),
        "EVENT_ROUTING_BACKEND_BATCH_SIZE": batching["size"],
        "EVENT_ROUTING_BACKEND_BATCH_INTERVAL": batching["intervalSeconds"],
        "EVENT_ROUTING_BACKEND_MAX_RETRIES": retries["max"],
        "EVENT_ROUTING_BACKEND_COUNTDOWN": retries["countdownSeconds"],
        "EVENT_SINK_CLICKHOUSE_PII_MODELS": list(RETIRED_TABLES),
    }
    found |= {f"EVENT_SINK_CLICKHOUSE_{name.upper()}_ENABLED": True for name in sinks(aspects)}
    found |= {
        "ASPECTS_INSTRUCTOR_DASHBOARDS": dashboards(aspects),
        # in the plugin's spelling: it compares with the viewer's es_419, and falls back to en
        "SUPERSET_DASHBOARD_LOCALES": [*map(normal, locales_of(aspects["dashboards"]))],
        "SUPERSET_SHOW_INSTRUCTOR_DASHBOARD_LINK": lms["showSupersetLink"],
        "ASPECTS_ENABLE_STUDIO_IN_CONTEXT_METRICS": lms["studioMetrics"],
    }
    return found


def secret_settings(values: dict[str, Any], tools: Tools) -> dict[str, dict[str, Any]]:
    """Return settings with a password: name to fields, the password by its variable's name."""
    aspects = values["aspects"]
    found: dict[str, dict[str, Any]] = {
        "EVENT_SINK_CLICKHOUSE_BACKEND_CONFIG": {
            "url": clickhouse_url(values, tools),
            "username": aspects["clients"]["sinks"]["user"],
            "password_variable": ENV["sinks"],
            "database": aspects["databases"]["eventSink"],
            "xapi_database": parsed_database(aspects),
            "xapi_table": aspects["tables"]["rawXapi"],
            "timeout_secs": aspects["lms"]["sinkTimeoutSeconds"],
        }
    }
    urls = superset_urls(values, tools)
    if urls:
        account = values["superset"]["lmsAccount"]["username"]
        fields = {"username": account, "password_variable": ENV["superset"]}
        found["SUPERSET_CONFIG"] = {**urls, **fields}
    return found


def lms_secrets(values: dict[str, Any], tools: Tools) -> dict[str, Mapping[str, str]]:
    """Return environment variable to Secret key of everything that LMS and Studio need."""
    aspects, superset = values["aspects"], values["superset"]
    found: dict[str, Mapping[str, str]] = {
        ENV["sinks"]: aspects["clients"]["sinks"]["passwordSecret"]
    }
    if lrs_url(values, tools):
        found[ENV["lrs"]] = aspects["lrs"]["passwordSecret"]
    if superset_urls(values, tools):
        found[ENV["superset"]] = superset["lmsAccount"]["passwordSecret"]
        if superset["sso"]["enabled"]:
            found[ENV["oauth"]] = superset["sso"]["clientSecret"]
    return found


def database_rows(values: dict[str, Any], tools: Tools) -> dict[str, Any]:
    """Return the rows that the init script keeps in the LMS's database.

    Shape: {"users": [...], "oauth_clients": [...], "routers": [...]}; secrets by variable name.
    An empty list of routers means: no LRS, so routes of earlier installations are switched off.
    """
    site = tools.site
    users = [{"username": SERVICE_USER, "email": f"{SERVICE_USER}@{site['lms_host']}"}]
    rows: dict[str, Any] = {"users": users, "oauth_clients": [], "routers": []}
    sso, urls = values["superset"]["sso"], superset_urls(values, tools)
    if urls and sso["enabled"]:
        users.append({"username": sso["lmsUser"], "email": f"{sso['lmsUser']}@{site['lms_host']}"})
        rows["oauth_clients"].append(
            {
                "name": "superset-sso",
                "user": sso["lmsUser"],
                "client_id": sso["clientId"],
                "secret_variable": ENV["oauth"],
                "redirect_uris": f"{urls['service_url']}oauth-authorized/{sso['provider']}",
                "scopes": ["user_id"],
            }
        )
    url = lrs_url(values, tools)
    if url:
        rows["routers"].append(
            {
                "backend_name": "xAPI",
                "route_url": url,
                "auth_scheme": "Basic",
                "username": values["aspects"]["lrs"]["username"],
                "password_variable": ENV["lrs"],
            }
        )
    return rows
