"""Vector: the log pipeline from LMS and Studio to ClickHouse. Found through `aspects.services`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aspects_vector.seam import Endpoint, Image, Output, Problem, Tools

__all__ = ["check", "emit", "images", "offers", "schema"]


def schema() -> dict[str, Any]:
    """Return the JSON Schema of this service's slice of the values."""
    import json
    from pathlib import Path

    text = (Path(__file__).parent / "values.schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def images() -> dict[str, Image]:
    """Return the images that run, by component."""
    return {"vector": {"repository": "docker.io/timberio/vector", "tag": "0.58.0-alpine"}}


def offers(values: dict[str, Any], site: Mapping[str, Any]) -> list[Endpoint]:  # noqa: ARG001
    """Return the address that agents and sidecars send to."""
    if not values["enabled"]:
        return []
    return [
        {
            "name": "aggregator",
            "host": "vector-aggregator",
            "port": values["port"],
            "tls": False,
            "workload": "statefulset/vector-aggregator",
        }
    ]


def check(values: dict[str, Any], site: Mapping[str, Any]) -> list[Problem]:
    """Return what the schema cannot say about the slice."""
    from aspects_vector.problems import problems_of

    return problems_of(values, site)


def emit(values: dict[str, Any], tools: Tools) -> Output:
    """Return everything that Vector deploys."""
    from aspects_vector.deployment import output

    return output(values, tools)
