"""superset_config.py and the modules beside it; called by `emit`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .addresses import (
    DATABASE,
    REDIS,
    database_port,
    has_own_database,
    has_own_redis,
    internal_url,
    lms_address,
    public_url,
)
from .browser import build_security_policy

CONFIG_MAP = "superset-config"
MOUNT = "/app/pythonpath"  # on PYTHONPATH in the image
MODULES = [
    "course_filter.py",
    "guest_payload.py",
    "heartbeat.py",
    "site_secrets.py",
    "site_security.py",
    "site_urls.py",
]
SSO_MODULES = ["openedx_claims.py", "openedx_lms.py", "openedx_sso.py"]


def build_files(values: Mapping[str, Any], tools: Any) -> dict[str, str]:
    """Return the files of the ConfigMap, by name."""
    names = MODULES + (SSO_MODULES if values["sso"]["enabled"] else [])
    files = {name: tools.read(f"apps/{name}") for name in names}
    files |= {name: clean(text) for name, text in values["extraModules"].items()}
    files["superset_config.py"] = render_settings(values, tools)
    for server in ("database", "redis"):
        if values[server]["caCertificate"]:
            files[f"{server}-ca.pem"] = clean(values[server]["caCertificate"])
    return files


def render_settings(values: Mapping[str, Any], tools: Any) -> str:
    """Return the text of superset_config.py."""
    numbers = {
        "cache_seconds": values["cacheSeconds"],
        "filter_state_seconds": values["filterStateSeconds"],
        "explore_form_seconds": values["exploreFormSeconds"],
        "log_retention_days": values["logRetentionDays"],
        "row_limit": values["rowLimit"],
        "sql_lab_timeout_seconds": values["sqlLabTimeoutSeconds"],
        "webserver_timeout_seconds": values["gunicorn"]["timeoutSeconds"],
        "session_seconds": values["sessionSeconds"],
        "guest_token_seconds": values["guestTokenSeconds"],
    }
    rest = {**servers(values), **looks(values, tools.site), **browser(values, tools.site)}
    literals = {name: literal(value) for name, value in {**numbers, **rest}.items()}
    return str(
        tools.render(
            "apps/superset_config.py.j2",
            **literals,
            **optional_parts(values, tools.site),
            extra_config=clean(values["extraConfig"]).strip("\n"),
        )
    )


def servers(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return how Superset reaches its database and Redis, without passwords."""
    database, redis = values["database"], values["redis"]
    own_database, own_redis = has_own_database(values), has_own_redis(values)
    return {
        "database": {
            "engine": database["engine"],
            "host": DATABASE if own_database else database["host"],
            "port": database_port(values),
            "name": database["name"],
            "user": database["user"],
            "tls": "off" if own_database else database["tls"],
            "ca": authority_path(values, "database"),
        },
        "redis": {
            "host": REDIS if own_redis else redis["host"],
            "port": redis["port"],
            "user": redis["user"],
            "tls": "verify" if redis["tls"] and not own_redis else "off",
            "ca": authority_path(values, "redis"),
        },
        "redis_databases": dict(redis["databases"]),
    }


def authority_path(values: Mapping[str, Any], server: str) -> str:
    """Return where pods find the authority of `server` (database or redis), or ''."""
    return f"{MOUNT}/{server}-ca.pem" if values[server]["caCertificate"] else ""


def looks(values: Mapping[str, Any], site: Mapping[str, Any]) -> dict[str, Any]:
    """Return languages, flags and log level."""
    languages = {
        language["code"]: {"flag": language["flag"], "name": language["name"]}
        for language in values["supportedLanguages"]
    }
    wanted = site["language"].replace("-", "_")
    near = [code for code in languages if code.lower() == wanted.lower()]
    near += [code for code in languages if code == wanted.partition("_")[0].lower()]
    flags = {
        # Alerts need somewhere to send to.
        "ALERT_REPORTS": values["email"]["enabled"],
        "DASHBOARD_RBAC": True,
        "EMBEDDABLE_CHARTS": True,
        "EMBEDDED_SUPERSET": values["embedding"]["enabled"],
        "ENABLE_TEMPLATE_PROCESSING": True,
        "TAGGING_SYSTEM": True,
        # The image holds no browser to make pictures with.
        "THUMBNAILS": False,
    }
    return {
        "languages": languages,
        "default_language": (near or list(languages))[0],
        "feature_flags": {**flags, **values["featureFlags"]},
        "log_level": values["logLevel"],
        "rate_limit": values["rateLimit"],
        "auth_rate_limit": values["authRateLimit"],
        "extra_modules": sorted(name.removesuffix(".py") for name in values["extraModules"]),
        "environment": site["environment"],
    }


def browser(values: Mapping[str, Any], site: Mapping[str, Any]) -> dict[str, Any]:
    """Return addresses, cookies and headers."""
    return {
        "https": site["scheme"] == "https",
        "proxy_fix": values["proxyFix"],
        "session_cookie_name": values["sessionCookieName"],
        "content_security_policy": build_security_policy(values, site),
        # frame-ancestors says who may frame; the old header knows no list.
        "frame_options": None if values["embedding"]["enabled"] else "SAMEORIGIN",
        "guest_role": values["guestRole"],
        "public_url": f"{public_url(values, site)}/",
        "internal_url": f"{internal_url(values)}/",
    }


def optional_parts(values: Mapping[str, Any], site: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parts that may be absent: sign-on, e-mail and error reports; False when off."""
    email: Any = values["email"]["enabled"] and {
        "host": literal(values["email"]["host"]),
        "port": literal(values["email"]["port"]),
        "starttls": literal(values["email"]["starttls"]),
        "ssl": literal(values["email"]["ssl"]),
        "user": literal(values["email"]["user"]),
        "sender": literal(values["email"]["from"] or site["contact_email"]),
        "subject_prefix": literal(
            values["email"]["subjectPrefix"] or f"[{site['platform_name']}] "
        ),
    }
    sso = values["sso"]["enabled"] and literal(sign_on(values, site))
    return {
        "email": email,
        "sso": sso,
        "roles_mapping": literal(roles_mapping(values)),
        "all_courses_roles": literal(all_courses_roles(values)),
        "sentry": values["sentry"]["enabled"],
    }


def roles_mapping(values: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return key to roles: `instructor`, and `instructor-es` where dashboards have copies in es."""
    found = {key: [name] for key, name in values["roles"].items()}
    for locale in values["sso"]["roleLocales"]:
        found |= {
            f"{key}-{locale}": [f"{name} - {locale}"] for key, name in values["roles"].items()
        }
    return found


def all_courses_roles(values: Mapping[str, Any]) -> list[str]:
    """Return the roles whose holders see every course's rows."""
    return [values["roles"][key] for key in ("admin", "alpha", "operator")]


def sign_on(values: Mapping[str, Any], site: Mapping[str, Any]) -> dict[str, Any]:
    """Return OPENEDX_SSO, less the client secret."""
    sso = values["sso"]
    return {
        "provider": sso["provider"],
        "client_id": sso["clientId"],
        "public_url": site["lms_url"],
        "internal_url": lms_address(values, site),
        "authorize_path": sso["authorizePath"],
        "access_token_path": sso["accessTokenPath"],
        "me_path": sso["mePath"],
        "courses_list_path": sso["coursesListPath"],
        "preference_path": sso["preferencePath"],
        "scopes": list(sso["scopes"]),
        "verification": sso["verification"],
        "jwks": sso["jwks"].strip(),
        "jwks_url": sso["jwksUrl"],
        "issuer": sso["issuer"],
        "audience": sso["audience"],
        "timeout_seconds": sso["timeoutSeconds"],
        "course_limit": sso["courseLimit"],
        "permissions_cache_seconds": values["permissionsCacheSeconds"],
        "block_student_access": values["blockStudentAccess"],
        "block_instructor_access": values["blockInstructorAccess"],
        "role_locales": list(sso["roleLocales"]),
        "reserved_usernames": [values["admin"]["username"], values["lmsAccount"]["username"]],
        "assign": {
            "superuser": list(sso["superuserRoles"]),
            "staff": list(sso["staffRoles"]),
            "course_staff": list(sso["courseStaffRoles"]),
            "other": list(sso["otherRoles"]),
        },
    }


def literal(value: Any, indent: str = "") -> str:
    """Return the Python text of a plain value, one item a line."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if not value or not isinstance(value, dict | list):
        return repr(value)
    inner = indent + "    "
    if isinstance(value, dict):
        lines = [f"{literal(key)}: {literal(item, inner)}" for key, item in value.items()]
    else:
        lines = [literal(item, inner) for item in value]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    return "\n".join([opening, *(f"{inner}{line}," for line in lines), indent + closing])


def clean(text: str) -> str:
    """Return text fit for a ConfigMap: spaces for tabs, no trailing blanks, one line end."""
    lines = text.expandtabs(4).splitlines()
    return "\n".join(line.rstrip() for line in lines) + "\n"
