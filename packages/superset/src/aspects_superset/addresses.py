"""Where things answer: hosts, ports and users with their computed defaults; called by most builders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

WEB = "superset"
DATABASE = "superset-database"
REDIS = "superset-redis"

# Ports and administrators of the official images.
PORTS = {"postgresql": 5432, "mysql": 3306}
ADMINISTRATORS = {"postgresql": "postgres", "mysql": "root"}


def public_host(values: Mapping[str, Any], site: Mapping[str, Any]) -> str:
    """Return the public host name of Superset."""
    return values["host"] or f"superset.{site['lms_host']}"


def public_url(values: Mapping[str, Any], site: Mapping[str, Any]) -> str:
    """Return the public address of Superset, without a closing slash."""
    return f"{site['scheme']}://{public_host(values, site)}"


def internal_url(values: Mapping[str, Any]) -> str:
    """Return the address of Superset inside the cluster, without a closing slash."""
    return f"http://{WEB}:{values['port']}"


def has_own_database(values: Mapping[str, Any]) -> bool:
    """Return whether the database server runs in the cluster."""
    return not values["database"]["host"]


def has_own_redis(values: Mapping[str, Any]) -> bool:
    """Return whether Redis runs in the cluster."""
    return not values["redis"]["host"]


def database_port(values: Mapping[str, Any]) -> int:
    """Return the TCP port of the database server."""
    port: int = values["database"]["port"] or PORTS[values["database"]["engine"]]
    return port


def administrator(values: Mapping[str, Any]) -> str:
    """Return the user that may create the database, or '' when it exists already."""
    database = values["database"]
    if database["adminUser"] or not has_own_database(values):
        return str(database["adminUser"])
    return ADMINISTRATORS[database["engine"]]


def makes_reader(values: Mapping[str, Any]) -> bool:
    """Return whether we make the account that reads who uses Superset; else the operator did."""
    return bool(values["database"]["reader"]["enabled"] and administrator(values))


def lms_address(values: Mapping[str, Any], site: Mapping[str, Any]) -> str:
    """Return the address at which Superset's own calls reach the LMS."""
    return str(values["sso"]["internalUrl"] or site["lms_url"])


def host_and_port(url: str) -> tuple[str, int]:
    """Return host and TCP port of an http or https address."""
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def admin_email(values: Mapping[str, Any], site: Mapping[str, Any]) -> str:
    """Return the e-mail address of the local administrator."""
    return values["admin"]["email"] or f"superset-admin@{site['lms_host']}"


def lms_account_email(values: Mapping[str, Any], site: Mapping[str, Any]) -> str:
    """Return the e-mail address of the LMS's account in Superset."""
    return values["lmsAccount"]["email"] or f"superset-lms@{site['lms_host']}"


def endpoints(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the endpoints that Superset offers, in the contract's shape."""
    found = [build_endpoint("http", WEB, values["port"], f"deployment/{WEB}")]
    if has_own_database(values):
        port = database_port(values)
        found.append(build_endpoint("database", DATABASE, port, f"statefulset/{DATABASE}"))
    if has_own_redis(values):
        port = values["redis"]["port"]
        found.append(build_endpoint("redis", REDIS, port, f"statefulset/{REDIS}"))
    return found


def build_endpoint(name: str, host: str, port: int, workload: str) -> dict[str, Any]:
    """Return one endpoint in the contract's shape."""
    return {"name": name, "host": host, "port": port, "tls": False, "workload": workload}
