"""The slice's schema and the table of upstream variables."""

from __future__ import annotations

import json
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


def test_every_upstream_variable_has_a_home_or_a_reason():
    table = json.loads((PACKAGE / "upstream.json").read_text(encoding="utf-8"))
    known = {path for path, _, _ in properties()}
    secrets = {"ralph-admin/password", "ralph-lms/password"}
    for home in table.values():
        ((kind, value),) = home.items()
        if kind == "key" and value.startswith("ralph."):
            assert value.removeprefix("ralph.") in known
        elif kind == "secret":
            assert value in secrets
        else:
            assert kind == "key" or value.startswith("because ")
    assert {"RUN_RALPH", "DOCKER_IMAGE_RALPH", "RALPH_LMS_PASSWORD"} <= set(table)
