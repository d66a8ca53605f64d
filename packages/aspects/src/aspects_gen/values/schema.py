"""The schema of the values: the root's keys and one section for each service, bundled."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Schema = dict[str, Any]

_ROOT = Path(__file__).parent / "root.schema.json"


def bundle_schema(slices: Mapping[str, Schema]) -> Schema:
    """Return one schema of everything: the root with each service's slice under its name.

    Args:
        slices: service name -> schema of its slice, in the order they shall appear.
    """
    root: Schema = json.loads(_ROOT.read_text(encoding="utf-8"))
    definitions = root.pop("$defs")
    for name, schema in slices.items():
        section = dict(schema)
        for drop in ("$schema", "$id"):
            section.pop(drop, None)
        root["properties"][name] = {"default": {}, **section}
    return {**root, "$defs": definitions}


def resolve(schema: Schema, node: Schema) -> Schema:
    """Return a schema node with its `$ref` followed; the node's own words win."""
    while "$ref" in node:
        target: Any = schema
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = {**target, **{k: v for k, v in node.items() if k != "$ref"}}
    return node


def node_at(schema: Schema, path: tuple[str | int, ...]) -> Schema | None:
    """Return the schema node that rules a path, or None where the schema has no such place."""
    node = resolve(schema, schema)
    for part in path:
        if isinstance(part, int):
            child = node.get("items")
        else:
            child = node.get("properties", {}).get(part)
            if child is None and isinstance(node.get("additionalProperties"), dict):
                child = node["additionalProperties"]
        if child is None:
            return None
        node = resolve(schema, child)
    return node


def dump_schema(schema: Schema) -> str:
    """Return the schema as the text of `schemas/values.schema.json`."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
