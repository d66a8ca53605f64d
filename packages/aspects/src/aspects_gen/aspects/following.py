"""What this layer fills in for the services, which know nothing of each other.

ADR 6 puts the opinion here: a service's own defaults are neutral, and what it shares with others
(databases, tables, users) comes from the slice `aspects`, unless the operator says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aspects_gen.aspects.naming import data_databases
from aspects_gen.aspects.server import ca_secret
from aspects_gen.aspects.trees import PACKAGE

FOLLOWS = {
    "ralph.clickhouse.database": "databases.xapi",
    "ralph.clickhouse.table": "tables.rawXapi",
    "ralph.clickhouse.user": "clients.lrs.user",
    "ralph.clickhouse.passwordSecret.name": "clients.lrs.passwordSecret.name",
    "ralph.clickhouse.passwordSecret.key": "clients.lrs.passwordSecret.key",
    "ralph.lms.username": "lrs.username",
    "ralph.lms.passwordSecret.name": "lrs.passwordSecret.name",
    "ralph.lms.passwordSecret.key": "lrs.passwordSecret.key",
    "vector.clickhouse.database": "databases.vector",
    "vector.clickhouse.xapiTable": "tables.rawXapi",
    "vector.clickhouse.trackingTable": "tables.trackingLogs",
    "vector.clickhouse.deadLetterTable": "tables.deadLetters",
    "vector.clickhouse.user": "clients.vector.user",
    "vector.clickhouse.passwordSecret.name": "clients.vector.passwordSecret.name",
    "vector.clickhouse.passwordSecret.key": "clients.vector.passwordSecret.key",
    "superset.sso.roleLocales": "dashboards.locales",
    "clickhouse.backup.user": "clients.backup.user",
    "clickhouse.backup.passwordSecret.name": "clients.backup.passwordSecret.name",
    "clickhouse.backup.passwordSecret.key": "clients.backup.passwordSecret.key",
}
"""Value of a service -> value of the slice `aspects` that it follows."""

AUTHORITY = "clickhouse.external.caSecret"
"""What every client of an external server must trust, unless it is told of a server of its own."""

READER = "superset.database.reader.enabled"

LOOKS = "aspects_looks.py"
"""Module beside Superset's settings with the colours that our dashboards name."""


def follow(values: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return overlays for the other slices, and where each of their values comes from.

    Args:
        values: the whole tree, the slice `aspects` complete.

    Returns:
        Overlay by slice, and dotted path of each value in it -> dotted path of its origin. Only
        slices that are there, since a deployment may lack a service's package.
    """
    aspects = values["aspects"]
    overlay: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for path, source in FOLLOWS.items():
        if path.partition(".")[0] in values:
            put(overlay, path, get(aspects, source))
            origins[path] = f"aspects.{source}"
    if "clickhouse" in values:
        # the backup user has rights on these alone
        put(overlay, "clickhouse.backup.databases", data_databases(aspects))
        origins["clickhouse.backup.databases"] = "aspects.databases"
    if "superset" in values:
        looks = (PACKAGE / "apps" / "superset" / LOOKS).read_text("utf-8")
        overlay.setdefault("superset", {})["extraModules"] = {LOOKS: looks}
        origins[f"superset.extraModules.{LOOKS}"] = "aspects.dashboards"
        # charts about Superset itself read by it; on a server of one's own that is asking a person
        put(overlay, READER, not values["superset"]["database"]["host"])
        origins[READER] = "superset.database.host"
    for path in trusting(values):
        for key, value in ca_secret(values).items():
            put(overlay, f"{path}.{key}", value)
            origins[f"{path}.{key}"] = f"{AUTHORITY}.{key}"
    return overlay, origins


def trusting(values: dict[str, Any]) -> Iterator[str]:
    """Yield the values by which clients learn of the server's certificate authority."""
    if "clickhouse" not in values:
        return
    for service in ("ralph", "vector"):
        if service in values and not values[service].get("clickhouse", {}).get("host"):
            yield f"{service}.clickhouse.caSecret"
    if "superset" in values:
        yield "superset.caSecret"


def get(tree: dict[str, Any], path: str) -> Any:
    """Return the value at a dotted path."""
    found: Any = tree
    for key in path.split("."):
        found = found[key]
    return found


def put(tree: dict[str, Any], path: str, value: Any) -> None:
    """Set the value at a dotted path, making maps on the way."""
    *parents, last = path.split(".")
    for key in parents:
        tree = tree.setdefault(key, {})
    tree[last] = value
