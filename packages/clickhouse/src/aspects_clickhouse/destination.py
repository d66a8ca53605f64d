"""Where backups are kept: a volume beside the server, or a bucket."""

from __future__ import annotations

from typing import Any

from aspects_clickhouse import topology

DISK = "backups"
COLLECTION = "backups"
DIRECTORY = "/backups"
VOLUME_CLAIM = "clickhouse-backups"


def in_use(values: dict[str, Any]) -> bool:
    """Say whether anything is backed up or restored."""
    return bool(values["backup"]["enabled"] or values["restore"]["enabled"])


def on_volume(values: dict[str, Any]) -> bool:
    """Say whether backups go to a volume of this deployment."""
    return in_use(values) and bool(values["backup"]["kind"] == "volume")


def on_bucket(values: dict[str, Any]) -> bool:
    """Say whether backups go to an object store."""
    return in_use(values) and bool(values["backup"]["kind"] == "s3")


def form(values: dict[str, Any]) -> str:
    """Return how a statement names the destination: volume, collection or inline.

    A server of ours has the bucket's keys in a named collection; an external one is not ours to
    configure, so the client sends them inside the statement, which the server masks in its logs.
    """
    if values["backup"]["kind"] == "volume":
        return "volume"
    return "collection" if topology.runs_here(values) else "inline"


def bucket_url(values: dict[str, Any]) -> str:
    """Return the address under which backups are written, with a closing slash."""
    bucket = values["backup"]["s3"]
    parts = [bucket["endpoint"], bucket["bucket"], bucket["prefix"]]
    return "/".join(part for part in parts if part) + "/"


def bucket_address(values: dict[str, Any]) -> tuple[str, int]:
    """Return host and port of the object store."""
    scheme, _, rest = str(values["backup"]["s3"]["endpoint"]).partition("://")
    host, _, port = rest.partition(":")
    return host, int(port) if port else (443 if scheme == "https" else 80)


def bucket_environment(values: dict[str, Any], tools: Any) -> list[dict[str, Any]]:
    """Return the bucket's keys as env entries, by reference."""
    bucket = values["backup"]["s3"]
    access, secret = bucket["accessKeySecret"], bucket["secretKeySecret"]
    return [
        {"name": "BACKUP_S3_ACCESS_KEY", **tools.secret(access["name"], access["key"])},
        {"name": "BACKUP_S3_SECRET_KEY", **tools.secret(secret["name"], secret["key"])},
    ]
