"""The slice's schema."""

from __future__ import annotations

from pathlib import Path

import pytest

import aspects_ralph

PACKAGE = Path(__file__).parents[1]


def walk(schema, path=""):
    """Yield (path, schema, whether required) of every property."""
    for name, part in schema.get("properties", {}).items():
        where = f"{path}.{name}" if path else name
        yield where, part, name in schema.get("required", [])
        yield from walk(part, where)
        yield from walk(part.get("items", {}), f"{where}[]")


def properties():
    return [(path, part, required) for path, part, required in walk(aspects_ralph.schema())]


@pytest.mark.parametrize(("path", "part", "required"), properties())
def test_property_is_described_and_has_a_default(path, part, required):
    assert len(part["description"]) > 10
    assert part["description"].endswith(".")
    assert required or "default" in part


@pytest.mark.parametrize(("path", "part", "required"), properties())
def test_objects_are_closed(path, part, required):
    if part.get("type") == "object" and "propertyNames" not in part:
        assert part["additionalProperties"] is False
    assert not {"oneOf", "anyOf", "allOf", "if"} & set(part)
