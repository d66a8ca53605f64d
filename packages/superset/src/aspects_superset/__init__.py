"""The `superset` service: Apache Superset and what it stands on; found through `aspects.services`.

Imports stand in the functions, so that discovering the service costs nothing.
"""

from __future__ import annotations

from typing import Any

__all__ = ["check", "emit", "images", "offers", "schema"]


def schema() -> dict[str, Any]:
    """Return the JSON Schema of the `superset` slice of the values."""
    import json
    from pathlib import Path

    text = (Path(__file__).parent / "values.schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def images() -> dict[str, dict[str, Any]]:
    """Return the images by component; `superset` is built from build/, the rest are stock.

    Source: tags seen in public use, read 2026-11; MySQL 8.4 and PostgreSQL 17 are long-lived series.
    """
    return {
        "superset": {"repository": "aspects-superset", "tag": "6.1.0-1", "own": True},
        "superset-postgresql": {
            "repository": "docker.io/library/postgres",
            "tag": "17.10-bookworm",
        },
        "superset-mysql": {"repository": "docker.io/library/mysql", "tag": "8.4.8"},
        "superset-redis": {"repository": "docker.io/library/redis", "tag": "7.4.8"},
    }


def offers(values: dict[str, Any], site: Any) -> list[dict[str, Any]]:  # noqa: ARG001
    """Return the addresses of the web server and of the servers in the cluster; none while disabled."""
    from .addresses import endpoints

    return endpoints(values) if values["enabled"] else []


def check(values: dict[str, Any], site: Any) -> list[tuple[str, str, str, str]]:
    """Return what the schema cannot say, as (path in the slice, problem, expected, fix)."""
    from .problems import find_problems

    return find_problems(values, site) if values["enabled"] else []


def emit(values: dict[str, Any], tools: Any) -> dict[str, Any]:
    """Return everything that Superset deploys."""
    from .output import build_output

    return build_output(values, tools)
