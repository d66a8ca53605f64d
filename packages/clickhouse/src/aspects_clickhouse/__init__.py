"""The `clickhouse` service: server, keepers, admin user, backup.

It makes no database, no table and no user but the administrator.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["check", "emit", "images", "offers", "schema"]


def schema() -> dict[str, Any]:
    """Return the JSON Schema of the `clickhouse` slice of the values."""
    import json
    from pathlib import Path

    text = (Path(__file__).parent / "values.schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def images() -> dict[str, dict[str, Any]]:
    """Return the stock images by exact tag: both of one release of the 25.8 long-term line."""
    return {
        "clickhouse": {
            "repository": "docker.io/clickhouse/clickhouse-server",
            "tag": "25.8.32.4",
        },
        "clickhouse-keeper": {
            "repository": "docker.io/clickhouse/clickhouse-keeper",
            "tag": "25.8.32.4",
        },
    }


def offers(values: dict[str, Any], site: Mapping[str, Any]) -> list[dict[str, Any]]:  # noqa: ARG001
    """Return the addresses of the server; none when ClickHouse is not enabled."""
    from aspects_clickhouse.endpoints import endpoints

    return endpoints(values)


def check(values: dict[str, Any], site: Mapping[str, Any]) -> list[tuple[str, str, str, str]]:
    """Return what a schema cannot say about the values: (path, problem, expected, fix)."""
    from aspects_clickhouse.checks import problems

    return problems(values, site)


def emit(values: dict[str, Any], tools: Any) -> dict[str, Any]:
    """Return everything that runs: the servers, their keepers, the backup and, once, a restore."""
    from aspects_clickhouse.deployment import output

    return output(values, tools)
