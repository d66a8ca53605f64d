"""The `ralph` service, the learning record store; found through `aspects.services`.

Imports stand in the functions, so that discovering the service costs nothing.
"""

from __future__ import annotations

from typing import Any

__all__ = ["check", "emit", "images", "offers", "schema"]


def schema() -> dict[str, Any]:
    """Return the JSON Schema of the `ralph` slice of the values."""
    import json
    from pathlib import Path

    text = (Path(__file__).parent / "values.schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def images() -> dict[str, dict[str, Any]]:
    """Return the one image that Ralph runs from.

    Source: the release that the upstream deployment of Aspects 6.1 pins, read 2026-11.
    """
    return {"ralph": {"repository": "docker.io/fundocker/ralph", "tag": "5.0.1"}}


def offers(values: dict[str, Any], site: Any) -> list[dict[str, Any]]:  # noqa: ARG001
    """Return the address that senders and readers of statements use; none while disabled."""
    from .server import build_endpoint

    return [build_endpoint(values)] if values["enabled"] else []


def check(values: dict[str, Any], site: Any) -> list[tuple[str, str, str, str]]:
    """Return what the schema cannot say, as (path in the slice, problem, expected, fix)."""
    from .checks import find_problems

    return find_problems(values, site) if values["enabled"] else []


def emit(values: dict[str, Any], tools: Any) -> dict[str, Any]:
    """Return everything that Ralph deploys."""
    from .output import build_output

    return build_output(values, tools)
