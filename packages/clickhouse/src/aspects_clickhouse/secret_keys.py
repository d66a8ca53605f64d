"""The Secret keys that must exist."""

from __future__ import annotations

from typing import Any

from aspects_clickhouse import destination, topology
from aspects_clickhouse.client import login

# from_env pastes the value into XML, so letters and digits only
_GENERATED = "password:32"


def secrets(values: dict[str, Any]) -> list[dict[str, Any]]:
    """Return every Secret this service reads, keys of one Secret together."""
    found: dict[str, dict[str, Any]] = {}
    for reference, about, generated in _references(values):
        key = {"about": about, "generate": _GENERATED} if generated else {"about": about}
        found.setdefault(reference["name"], {}).setdefault(reference["key"], key)
    return [{"name": name, "keys": keys, "shared": True} for name, keys in found.items()]


def _references(values: dict[str, Any]) -> list[tuple[dict[str, str], str, bool]]:
    here = topology.runs_here(values)
    user = values["admin"]["user"]
    about = f"Password of the ClickHouse administrator {user}."
    found = [(values["admin"]["passwordSecret"], about, here)]
    if topology.replicated(values):
        about = "Password by which ClickHouse replicas trust each other."
        found.append((values["interserver"]["passwordSecret"], about, True))
    ca_secret = values["external"]["caSecret"]
    if not here and values["external"]["tls"] and ca_secret["name"]:
        about = "Certificate authority (PEM) that signed the ClickHouse server's certificate."
        found.append((ca_secret, about, False))
    return found + (_of_backup(values) if destination.in_use(values) else [])


def _of_backup(values: dict[str, Any]) -> list[tuple[dict[str, str], str, bool]]:
    found: list[tuple[dict[str, str], str, bool]] = []
    if values["backup"]["enabled"]:
        user = login(values, topology.BACKUP)
        about = f"Password of the ClickHouse user {user['user']}, who runs backups."
        found.append((user["secret"], about, topology.runs_here(values)))
    if destination.on_bucket(values):
        bucket = values["backup"]["s3"]
        where = f"the bucket {bucket['bucket']} of ClickHouse backups"
        found.append((bucket["accessKeySecret"], f"Access key id for {where}.", False))
        found.append((bucket["secretKeySecret"], f"Secret access key for {where}.", False))
    return found
