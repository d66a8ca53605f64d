"""A slice with its defaults, and tools as small as the seam allows."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

import aspects_ralph

PACKAGE = Path(aspects_ralph.__file__).parent
SITE = {
    "environment": "starter",
    "namespace": "aspects",
    "lms_host": "learn.example.org",
    "lms_url": "https://learn.example.org",
    "endpoints": ["clickhouse/http"],
}


def read_defaults(schema: dict[str, Any], profile: str) -> Any:
    """Return the value that the schema's defaults and the profile's sizes give."""
    value = schema.get("default", {})
    if schema.get("type") == "object" or "properties" in schema:
        parts = schema.get("properties", {})
        own = {name: read_defaults(part, profile) for name, part in parts.items()}
        value = merge(own, value)
    chosen = schema.get("x-profiles", {}).get(profile)
    return value if chosen is None else merge(value, chosen)


def merge(below: Any, above: Any) -> Any:
    """Return `above` laid over `below`, key by key in objects."""
    if not (isinstance(below, dict) and isinstance(above, dict)):
        return deepcopy(above)
    return {**below, **{key: merge(below.get(key), value) for key, value in above.items()}}


class Tools:
    """The seam's tools: references only."""

    def __init__(self, endpoint: dict[str, Any] | None) -> None:
        self.site = SITE
        self._endpoint = endpoint

    def read(self, path: str) -> str:
        return (PACKAGE / path).read_text(encoding="utf-8")

    def secret(self, name: str, key: str) -> dict[str, Any]:
        return {"valueFrom": {"secretKeyRef": {"name": name, "key": key}}}

    def image(self, component: str) -> str:
        found = aspects_ralph.images()[component]
        return f"{found['repository']}:{found['tag']}"

    def endpoint(self, endpoint_id: str) -> dict[str, Any] | None:
        return self._endpoint if endpoint_id == "clickhouse/http" else None


@pytest.fixture
def values():
    """Return a function: the slice of a profile with changes laid over it."""

    def build(changes: dict[str, Any] | None = None, profile: str = "starter") -> dict[str, Any]:
        return merge(read_defaults(aspects_ralph.schema(), profile), changes or {})

    return build


@pytest.fixture
def tools():
    return Tools({"name": "http", "host": "clickhouse", "port": 8123, "tls": False})


@pytest.fixture
def emitted(values, tools):
    """Return a function: the output for some changes."""

    def build(changes: dict[str, Any] | None = None, profile: str = "starter") -> dict[str, Any]:
        return aspects_ralph.emit(values(changes, profile), tools)

    return build


@pytest.fixture
def server(emitted):
    """Return a function: the server's container for some changes."""

    def build(changes: dict[str, Any] | None = None, profile: str = "starter") -> dict[str, Any]:
        return _pod(emitted(changes, profile))["containers"][0]

    return build


@pytest.fixture
def bare_tools():
    """Tools of a deployment without ClickHouse."""
    return Tools(None)


@pytest.fixture
def site():
    return SITE


@pytest.fixture
def pod_of():
    """Return a function: the pod spec of an output."""
    return _pod


@pytest.fixture
def env_of():
    """Return a function: the environment of a container, by name."""

    def read(container: dict[str, Any]) -> dict[str, Any]:
        return {
            item["name"]: item.get("value", item.get("valueFrom")) for item in container["env"]
        }

    return read


def _pod(output: dict[str, Any]) -> dict[str, Any]:
    return output["objects"][0]["spec"]["template"]["spec"]
