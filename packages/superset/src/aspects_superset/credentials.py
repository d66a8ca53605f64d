"""Secrets that must exist, and the environment variables that carry them; called by `emit` and pods."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .addresses import administrator

# What is generated for those who ask; lengths in characters.
FOR_LOGIN = "password:32"
FOR_SIGNING = "password:64"


def wanted(values: Mapping[str, Any]) -> list[tuple[Mapping[str, str], dict[str, str]]]:
    """Return (reference, what is known of the key) of every secret that these values use."""
    database, redis = values["database"], values["redis"]
    found = [
        (
            values["secretKeySecret"],
            key("Signs sessions, encrypts stored passwords.", FOR_SIGNING),
        ),
        (
            values["guestTokenSecret"],
            key("Signs guest tokens of embedded dashboards.", FOR_SIGNING),
        ),
        (database["passwordSecret"], key(f"Password of {database['user']}.", FOR_LOGIN)),
        (redis["passwordSecret"], key("Password of Redis.", FOR_LOGIN)),
        (values["admin"]["passwordSecret"], key("Password of the administrator.", FOR_LOGIN)),
        (values["lmsAccount"]["passwordSecret"], key("Password of the LMS's account.", FOR_LOGIN)),
    ]
    if administrator(values):
        about = f"Password of the database server's {administrator(values)}."
        # Of a server that exists already, only its operator knows the password.
        generate = "" if database["host"] else FOR_LOGIN
        found.append((database["adminPasswordSecret"], key(about, generate)))
    reader = database["reader"]
    if reader["enabled"]:
        # Whoever makes the account, knows its password.
        generate = FOR_LOGIN if administrator(values) else ""
        found.append((reader["passwordSecret"], key(f"Password of {reader['user']}.", generate)))
    if values["sso"]["enabled"]:
        about = "OAuth client secret, the same in the LMS."
        found.append((values["sso"]["clientSecret"], key(about, FOR_LOGIN)))
    if values["email"]["enabled"] and values["email"]["user"]:
        found.append((values["email"]["passwordSecret"], key("Password of the SMTP user.")))
    if values["sentry"]["enabled"]:
        found.append((values["sentry"]["dsnSecret"], key("Address that errors are sent to.")))
    if values["caSecret"]["name"]:
        about = "Certificate authority (PEM) of the databases that are shown."
        found.append((values["caSecret"], key(about)))
    return found


def key(about: str, generate: str = "") -> dict[str, str]:
    """Return what is known of one key; without `generate` only the operator can supply it."""
    return {"about": about, "generate": generate} if generate else {"about": about}


def build_secrets(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the Secrets that must exist, keys of one Secret together."""
    secrets: dict[str, dict[str, Any]] = {}
    for reference, known in wanted(values):
        secrets.setdefault(reference["name"], {})[reference["key"]] = known
    return [{"name": name, "keys": keys} for name, keys in sorted(secrets.items())]


def settings_environment(values: Mapping[str, Any], tools: Any) -> list[dict[str, Any]]:
    """Return the variables that superset_config.py reads, by reference."""
    found = [
        ("SUPERSET_SECRET_KEY", values["secretKeySecret"]),
        ("SUPERSET_GUEST_TOKEN_KEY", values["guestTokenSecret"]),
        ("SUPERSET_DATABASE_PASSWORD", values["database"]["passwordSecret"]),
        ("SUPERSET_REDIS_PASSWORD", values["redis"]["passwordSecret"]),
    ]
    if values["sso"]["enabled"]:
        found.append(("SUPERSET_OAUTH_CLIENT_SECRET", values["sso"]["clientSecret"]))
    if values["email"]["enabled"] and values["email"]["user"]:
        found.append(("SUPERSET_SMTP_PASSWORD", values["email"]["passwordSecret"]))
    if values["sentry"]["enabled"]:
        found.append(("SUPERSET_SENTRY_DSN", values["sentry"]["dsnSecret"]))
    return [variable(name, reference, tools) for name, reference in found]


def variable(name: str, reference: Mapping[str, str], tools: Any) -> dict[str, Any]:
    """Return one environment entry that takes its value from a Secret."""
    return {"name": name, **tools.secret(reference["name"], reference["key"])}
