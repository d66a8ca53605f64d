"""What a schema cannot say about the values of backup and restore."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aspects_clickhouse import destination

Problem = tuple[str, str, str, str]


def backup_problems(values: dict[str, Any]) -> list[Problem]:
    """Return every problem of backup and restore."""
    found = list(_backup(values)) if destination.in_use(values) else []
    return found + list(_restore(values))


def _backup(values: dict[str, Any]) -> Iterator[Problem]:
    backup = values["backup"]
    if backup["kind"] == "volume" and values["topology"] != "single":
        yield (
            "backup.kind",
            f"a volume serves one server of this deployment, and topology is {values['topology']}",
            "s3",
            "set clickhouse.backup.kind to s3 and name the bucket, or clickhouse.backup.enabled"
            " to false",
        )
    if backup["kind"] == "s3":
        for key in ("endpoint", "bucket"):
            if not backup["s3"][key]:
                yield (
                    f"backup.s3.{key}",
                    "missing, though backups go to s3",
                    "where the object store is",
                    f"set clickhouse.backup.s3.{key}",
                )
    if bool(backup["user"]) != bool(backup["passwordSecret"]["name"]):
        yield (
            "backup.user",
            "user and passwordSecret belong together",
            "both or neither",
            "set clickhouse.backup.passwordSecret.name and clickhouse.backup.user",
        )


def _restore(values: dict[str, Any]) -> Iterator[Problem]:
    restore = values["restore"]
    if not restore["enabled"]:
        return
    if not restore["backup"]:
        yield (
            "restore.backup",
            "missing, though a restore is enabled",
            "the name of a backup",
            "take it from the log of a clickhouse-backup pod",
        )
    if restore["existing"] == "replace" and not restore["databases"]:
        yield (
            "restore.databases",
            "replace drops databases, so it must be told which",
            "one name or more",
            "name them, or set clickhouse.restore.existing to refuse",
        )
