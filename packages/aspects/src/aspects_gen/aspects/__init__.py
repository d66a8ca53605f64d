"""The `aspects` slice: everything that spans services (ADR 6 and 8); found like a service.

It has the shape of a service and more: `check` and `emit` get the whole tree of values, since they
span it, and `opinions` fills in what services share. Imports stand in the functions, so that
discovering it costs nothing.
"""

from __future__ import annotations

from typing import Any

__all__ = ["check", "emit", "extension_schema", "images", "offers", "opinions", "schema"]


def schema() -> dict[str, Any]:
    """Return the JSON Schema of the `aspects` slice of the values."""
    import json
    from pathlib import Path

    text = (Path(__file__).parent / "values.schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def images() -> dict[str, dict[str, Any]]:
    """Return the image of the Jobs, built from build/aspects."""
    return {"aspects": {"repository": "aspects", "tag": "0.1.0", "own": True}}


def offers(values: dict[str, Any], site: Any) -> list[dict[str, Any]]:  # noqa: ARG001
    """Return nothing: this layer prepares services and runs none that answers."""
    return []


def check(values: dict[str, Any], site: Any) -> list[tuple[str, str, str, str]]:
    """Return what the schema cannot say, as (path in the slice, problem, expected, fix).

    Args:
        values: the whole tree, complete.
        site: facts of the site.
    """
    from aspects_gen.aspects.checks import find_problems

    return find_problems(values, site)


def opinions(values: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return overlays for the other slices, and the origin of each of their values."""
    from aspects_gen.aspects.following import follow

    return follow(values)


def extension_schema(path: str) -> dict[str, Any] | None:
    """Return the JSON Schema of a file in an operator's folder; {} for other YAML, None for other text."""
    from aspects_gen.aspects.extensions import extension_schema as schema_of

    return schema_of(path)


def emit(values: dict[str, Any], tools: Any) -> dict[str, Any]:
    """Return everything that this layer deploys.

    Args:
        values: the whole tree, complete.
        tools: what cannot be added afterwards.
    """
    from aspects_gen.aspects.output import build_output

    return build_output(values, tools)
