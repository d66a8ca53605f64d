import json

import jsonschema
import pytest

from aspects_gen import aspects
from aspects_gen.aspects.trees import PACKAGE

ROOT = json.loads((PACKAGE.parent / "values" / "root.schema.json").read_text("utf-8"))
SCHEMA = {**aspects.schema(), "$defs": ROOT["$defs"]}


def properties(node, path="aspects"):
    for key, child in node.get("properties", {}).items():
        yield f"{path}.{key}", child
        yield from properties(child, f"{path}.{key}")


def test_schema_describes_every_property_and_has_its_default():
    for path, child in properties(SCHEMA):
        assert child["description"].endswith("."), path
        assert "default" in child, path


def test_schema_defaults_are_valid(make_values):
    jsonschema.Draft202012Validator(SCHEMA).validate(make_values()["aspects"])
    jsonschema.Draft202012Validator(SCHEMA).validate(make_values(profile="production")["aspects"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"retentionMonths": 0},
        {"retentionMonths": 121},
        {"source": "kafka"},
        {"pii": True},
        {"databases": {"xapi": "x; DROP"}},
        {"clients": {"lrs": {"user": "a b"}}},
        {"lrs": {"url": "ftp://lrs"}},
        {"dashboards": {"locales": []}},
        {"dashboards": {"embeddable": {"Bad Slug": "x"}}},
        {"lms": {"sinks": ["auth_user"]}},
        {"lms": {"settingsModule": "lms/envs"}},
        {"unknown": 1},
    ],
)
def test_schema_refuses_what_cannot_work(wrong):
    assert not jsonschema.Draft202012Validator(SCHEMA).is_valid(wrong)
