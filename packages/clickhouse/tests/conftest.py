"""A complete slice of values, and a stand-in for the generator's tools."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any, ClassVar

import jinja2
import pytest

import aspects_clickhouse

PACKAGE = Path(aspects_clickhouse.__file__).parent


class FakeTools:
    """Renders for real; references and images are readable."""

    site: ClassVar = {"namespace": "aspects", "profile": "starter"}
    jinja = jinja2.Environment(
        loader=jinja2.FileSystemLoader(PACKAGE),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )

    def render(self, template: str, **variables: Any) -> str:
        return self.jinja.get_template(template).render(**variables)

    def read(self, path: str) -> str:
        return (PACKAGE / path).read_text(encoding="utf-8")

    def secret(self, name: str, key: str) -> dict[str, Any]:
        return {"valueFrom": {"secretKeyRef": {"name": name, "key": key}}}

    def image(self, component: str) -> str:
        image = aspects_clickhouse.images()[component]
        return f"{image['repository']}:{image['tag']}"


def merged(low: Any, high: Any) -> Any:
    if isinstance(low, dict) and isinstance(high, dict):
        keys = {**low, **high}
        return {
            key: merged(low[key], high[key])
            if key in low and key in high
            else copy.deepcopy(keys[key])
            for key in keys
        }
    return copy.deepcopy(high)


def defaults(schema: dict[str, Any], profile: str) -> Any:
    """Return what the generator fills in: properties, then the default, then the profile's."""
    low: Any = {
        key: defaults(inner, profile)
        for key, inner in schema.get("properties", {}).items()
        if "default" in inner
    }
    found = merged(low, schema["default"]) if "default" in schema else low
    if profile in schema.get("x-profiles", {}):
        found = merged(found, schema["x-profiles"][profile])
    return found


def complete(overrides: dict[str, Any] | None = None, profile: str = "starter") -> dict[str, Any]:
    found: dict[str, Any] = merged(defaults(aspects_clickhouse.schema(), profile), overrides or {})
    return found


@pytest.fixture
def tools() -> FakeTools:
    return FakeTools()


@pytest.fixture
def slice_of():
    """Return the function that completes a slice: slice_of({...overrides}, profile)."""
    return complete


@pytest.fixture
def emitted(tools):
    """Return the function that emits from overrides: emitted({...}, profile)."""
    return lambda overrides=None, profile="starter": aspects_clickhouse.emit(
        complete(overrides, profile), tools
    )


S3 = {
    "enabled": True,
    "kind": "s3",
    "s3": {
        "endpoint": "https://s3.eu-west-1.amazonaws.com",
        "region": "eu-west-1",
        "bucket": "site-backups",
        "prefix": "aspects/production",
    },
}
EXTERNAL = {"topology": "external", "external": {"host": "ch.example.org"}}


@pytest.fixture
def s3():
    return copy.deepcopy(S3)


@pytest.fixture
def external():
    return copy.deepcopy(EXTERNAL)


@pytest.fixture
def named():
    """Return the function that finds an object: named(output, "Service", "clickhouse")."""

    def find(output: dict[str, Any], kind: str, name: str) -> dict[str, Any]:
        (found,) = (
            thing
            for thing in output["objects"]
            if (thing["kind"], thing["metadata"]["name"]) == (kind, name)
        )
        return found

    return find
