from __future__ import annotations

import json
from pathlib import Path

import jsonschema_rs
import pytest

import aspects_clickhouse

ROOT = Path(__file__).parents[3]
ROOT_SCHEMA = ROOT / "packages/aspects/src/aspects_gen/values/root.schema.json"


def validator():
    schema = aspects_clickhouse.schema()
    shapes = json.loads(ROOT_SCHEMA.read_text(encoding="utf-8"))["$defs"]
    return jsonschema_rs.Draft202012Validator({**schema, "$defs": shapes})


def nodes(schema, path=""):
    yield path, schema
    for key, inner in schema.get("properties", {}).items():
        yield from nodes(inner, f"{path}.{key}".lstrip("."))


@pytest.mark.parametrize("profile", ["starter", "production"])
def test_schema_defaults_are_valid(slice_of, profile):
    assert [str(e) for e in validator().iter_errors(slice_of({}, profile))] == []


def test_schema_describes_every_property_and_gives_its_default():
    lacking = [
        path
        for path, node in nodes(aspects_clickhouse.schema())
        if path and not {"description", "default"} <= set(node)
    ]
    assert lacking == []


def test_schema_refuses_unknown_keys_everywhere():
    objects = [n for _, n in nodes(aspects_clickhouse.schema()) if "properties" in n]
    assert all(node["additionalProperties"] is False for node in objects)


@pytest.mark.parametrize(
    "bad",
    [
        {"topology": "sharded"},
        {"admin": {"user": "9lives"}},
        {"admin": {"networks": []}},
        {"backup": {"schedule": "daily"}},
        {"backup": {"s3": {"endpoint": "s3.example.org/path"}}},
        {"backup": {"databases": ["a b"]}},
        {"extraConfig": {"../escape.xml": "<clickhouse/>"}},
        {"external": {"host": "https://ch.example.org"}},
        {"restore": {"backup": "'; DROP"}},
        {"cluster": "a-b"},
        {"memory": {"serverRatio": 1.5}},
    ],
)
def test_schema_refuses_what_would_break_a_server(slice_of, bad):
    assert not validator().is_valid(slice_of(bad))


def test_images_are_exact_and_of_one_release():
    tags = {image["tag"] for image in aspects_clickhouse.images().values()}
    assert len(tags) == 1
    assert len(tags.pop().split(".")) == 4
