import json

import jsonschema
import pytest

from aspects_gen import aspects
from aspects_gen.aspects.trees import PACKAGE

ROOT = json.loads((PACKAGE.parent / "values" / "root.schema.json").read_text("utf-8"))
SCHEMA = {**aspects.schema(), "$defs": ROOT["$defs"]}
UPSTREAM = json.loads((PACKAGE / "upstream.json").read_text("utf-8"))


def properties(node, path="aspects"):
    for key, child in node.get("properties", {}).items():
        yield f"{path}.{key}", child
        yield from properties(child, f"{path}.{key}")


def exists(path):
    node = {"properties": {**ROOT["properties"], "aspects": SCHEMA}}
    for key in path.split("."):
        if "$ref" in node:
            node = ROOT["$defs"][node["$ref"].rpartition("/")[2]]
        found = node.get("properties", {}).get(key, node.get("additionalProperties"))
        if not isinstance(found, dict):
            return False
        node = found
    return True


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


def test_upstream_variables_lead_to_keys_that_exist_or_a_reason():
    for name, home in UPSTREAM.items():
        assert len(home) == 1, name
        if "key" in home:
            assert exists(home["key"]), f"{name}: {home['key']}"
        if "dropped" in home:
            assert home["dropped"].startswith("because "), name


def test_upstream_secrets_are_those_the_values_name(make_values):
    aspects_values = make_values()["aspects"]
    refs = [login["passwordSecret"] for login in aspects_values["clients"].values()]
    known = {f"{ref['name']}/{ref['key']}" for ref in refs}
    assert {home["secret"] for home in UPSTREAM.values() if "secret" in home} <= known
