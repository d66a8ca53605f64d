"""What the service deploys, in order."""

from __future__ import annotations

from typing import Any

from aspects_clickhouse import topology
from aspects_clickhouse.alerts import alerts
from aspects_clickhouse.backup import backup_output
from aspects_clickhouse.keeper import keeper_output
from aspects_clickhouse.restore import restore_output
from aspects_clickhouse.secret_keys import secrets
from aspects_clickhouse.server import server_output


def output(values: dict[str, Any], tools: Any) -> dict[str, Any]:
    """Return keepers, servers, backup and restore, as far as the values ask for them."""
    parts: list[dict[str, Any]] = []
    if topology.replicated(values):
        parts.append(keeper_output(values, tools))
    if topology.runs_here(values):
        parts.append(server_output(values, tools))
    if values["backup"]["enabled"]:
        parts.append(backup_output(values, tools))
    if values["restore"]["enabled"]:
        parts.append(restore_output(values, tools))
    parts.append({"secrets": secrets(values), "alerts": alerts(values, tools.site)})
    return _merge(parts)


def _merge(parts: list[dict[str, Any]]) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for part in parts:
        for key, value in part.items():
            if isinstance(value, dict):
                merged[key] = {**merged.get(key, {}), **value}
            else:
                merged[key] = merged.get(key, []) + value
    return merged
