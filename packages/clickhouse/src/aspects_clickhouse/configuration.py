"""The server's configuration: the files of config.d and users.d."""

from __future__ import annotations

from typing import Any

from aspects_clickhouse import destination, topology
from aspects_clickhouse.memory import memory_caps, memory_limit

CONFIG_MAP = "clickhouse-config"
USERS_MAP = "clickhouse-users"

LOGS_KEPT = (
    "asynchronous_insert_log",
    "asynchronous_metric_log",
    "backup_log",
    "crash_log",
    "error_log",
    "metric_log",
    "part_log",
    "processors_profile_log",
    "query_log",
    "query_views_log",
    "text_log",
)
# They cost a write for each thread, sample or second and answer no question that operators ask.
LOGS_DROPPED = (
    "opentelemetry_span_log",
    "query_metric_log",
    "query_thread_log",
    "trace_log",
)

_SHUTDOWN_MARGIN_SECONDS = 30
_GRACE_SECONDS = 120


def grace_seconds(values: dict[str, Any]) -> int:
    """Return the seconds a server pod gets to stop."""
    return int(values["server"].get("terminationGracePeriodSeconds", _GRACE_SECONDS))


def config_maps(values: dict[str, Any], tools: Any) -> dict[str, dict[str, str]]:
    """Return both ConfigMaps: name -> file name -> text, the operator's own files included."""
    return {
        CONFIG_MAP: {**_config(values, tools), **_texts(values["extraConfig"])},
        USERS_MAP: {**_users(values, tools), **_texts(values["extraUsers"])},
    }


def own_files() -> dict[str, set[str]]:
    """Return the names that extra files must leave alone, by slice key."""
    return {
        "extraConfig": {f"{name}.xml" for name in _CONFIG},
        "extraUsers": {f"{name}.xml" for name in _USERS},
    }


_CONFIG = ("10-server", "20-memory", "30-system-logs", "40-backups", "50-cluster")
_USERS = ("10-profiles", "20-admin")


def _config(values: dict[str, Any], tools: Any) -> dict[str, str]:
    grace = grace_seconds(values)
    variables: dict[str, dict[str, Any]] = {
        "10-server": {
            "ports": values["ports"],
            "replicated": topology.replicated(values),
            "logging": values["logging"],
            "max_concurrent_queries": values["maxConcurrentQueries"],
            "grace_seconds": grace,
            "shutdown_seconds": max(5, grace - _SHUTDOWN_MARGIN_SECONDS),
        },
        "20-memory": _memory(values),
        "30-system-logs": {
            "kept": LOGS_KEPT,
            "dropped": LOGS_DROPPED,
            "days": values["systemLogRetentionDays"],
        },
    }
    if destination.in_use(values):
        variables["40-backups"] = _backups(values)
    if topology.replicated(values):
        variables["50-cluster"] = _cluster(values)
    return {
        f"{name}.xml": tools.render(f"apps/server/config.d/{name}.xml.j2", **variables[name])
        for name in _CONFIG
        if name in variables
    }


def _users(values: dict[str, Any], tools: Any) -> dict[str, str]:
    admin = values["admin"]
    variables: dict[str, dict[str, Any]] = {
        "10-profiles": {**_memory(values), "replicated": topology.replicated(values)},
        "20-admin": {"user": admin["user"], "networks": admin["networks"]},
    }
    return {
        f"{name}.xml": tools.render(f"apps/server/users.d/{name}.xml.j2", **variables[name])
        for name in _USERS
    }


def _memory(values: dict[str, Any]) -> dict[str, Any]:
    return {
        "limit": memory_limit(values),
        "caps": memory_caps(values),
        "ratios": values["memory"],
    }


def _backups(values: dict[str, Any]) -> dict[str, Any]:
    return {
        "kind": values["backup"]["kind"],
        "disk": destination.DISK,
        "directory": destination.DIRECTORY,
        "collection": destination.COLLECTION,
        "url": destination.bucket_url(values),
        "region": values["backup"]["s3"]["region"],
    }


def _cluster(values: dict[str, Any]) -> dict[str, Any]:
    return {
        "cluster": values["cluster"],
        "servers": topology.server_hosts(values),
        "keepers": topology.keeper_hosts(values),
        "keeper_port": topology.KEEPER_CLIENT_PORT,
        "ports": values["ports"],
        "interserver_user": values["interserver"]["user"],
    }


def _texts(extra: dict[str, str]) -> dict[str, str]:
    return {name: text.rstrip() + "\n" for name, text in sorted(extra.items())}
