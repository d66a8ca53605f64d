"""Which servers and keepers there are, and what they are called."""

from __future__ import annotations

from typing import Any

SERVER = "clickhouse"
HEADLESS = "clickhouse-headless"
KEEPER = "clickhouse-keeper"
BACKUP = "clickhouse-backup"
RESTORE = "clickhouse-restore"

SERVER_ID = f"statefulset/{SERVER}"
KEEPER_ID = f"statefulset/{KEEPER}"
BACKUP_ID = f"cronjob/{BACKUP}"
RESTORE_ID = f"job/{RESTORE}"

UID = 101
"""User and group `clickhouse` of both images. Source: docker/{server,keeper} of ClickHouse."""

KEEPER_CLIENT_PORT = 2181
KEEPER_RAFT_PORT = 9234
KEEPER_CONTROL_PORT = 9182
KEEPER_METRICS_PORT = 9363


def runs_here(values: dict[str, Any]) -> bool:
    """Say whether this deployment runs the server itself."""
    return bool(values["topology"] != "external")


def replicated(values: dict[str, Any]) -> bool:
    """Say whether there are replicas and keepers."""
    return bool(values["topology"] == "replicated")


def server_count(values: dict[str, Any]) -> int:
    """Return how many servers run here."""
    if not runs_here(values):
        return 0
    return int(values["replicas"]) if replicated(values) else 1


def keeper_count(values: dict[str, Any]) -> int:
    """Return how many keepers run here."""
    return int(values["keeper"]["server"].get("replicas", 3)) if replicated(values) else 0


def server_hosts(values: dict[str, Any]) -> list[str]:
    """Return the stable names of the servers, in order of their ordinals."""
    return [f"{SERVER}-{ordinal}.{HEADLESS}" for ordinal in range(server_count(values))]


def keeper_hosts(values: dict[str, Any]) -> list[str]:
    """Return the stable names of the keepers, in order of their ordinals."""
    return [f"{KEEPER}-{ordinal}.{KEEPER}" for ordinal in range(keeper_count(values))]


def cluster_name(values: dict[str, Any]) -> str:
    """Return the name for ON CLUSTER, or "" where statements go to one server."""
    if replicated(values):
        return str(values["cluster"])
    return "" if runs_here(values) else str(values["external"]["cluster"])
