"""What a key means: its schema in words, as plain data."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from aspects_gen.explain.keys import Key
from aspects_gen.values.defaults import default_of
from aspects_gen.values.paths import Path, value_at
from aspects_gen.values.schema import Schema, resolve

_TYPES = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "object": "map",
    "array": "list",
    "null": "nothing",
}

_UNIT = re.compile(
    r"(?:^|[a-z0-9])(Seconds|Minutes|Hours|Days|Months|Bytes|Percent|Ratio)"
    r"(?:Per(Second|Minute|Hour|Day))?$"
)
"""Units that names of keys end in."""

_SENTENCE = re.compile(r"^.*?\.(?=\s|$)", re.DOTALL)


def describe_key(schema: Schema, services: Iterable[str], key: Key) -> dict[str, Any]:
    """Return what is known of a key, in words and plain data.

    Shape: {"key", "about", "type", "service" (None for the environment's own keys), "required"} and, where there
    is such a thing, "expected", "choices", "unit", "default", "profiles" {profile: default where it differs},
    "keys" {name: one line}.

    Args:
        schema: the bundled schema.
        services: names of the services.
        key: the key.
    """
    node = key.node
    owner = key.path[0] if key.path and key.path[0] in set(services) else None
    facts: dict[str, Any] = {
        "key": key.name,
        "about": node.get("description", ""),
        "type": type_words(schema, node),
        "service": owner,
        "required": _is_required(schema, key.path),
    }
    if "x-expected" in node:
        facts["expected"] = node["x-expected"]
    if "enum" in node:
        facts["choices"] = node["enum"]
    unit = unit_of(key.path)
    if unit and node.get("type") in ("integer", "number"):
        facts["unit"] = unit
    facts |= _defaults(schema, key)
    keys = list_parts(schema, node)
    if keys:
        facts["keys"] = keys
    return facts


def list_parts(schema: Schema, node: Schema) -> dict[str, str]:
    """Return the keys of a map, or of the maps in a list: name -> what it is, in one line."""
    for inner in ("items", "additionalProperties"):
        if isinstance(node.get(inner), dict) and "properties" not in node:
            node = resolve(schema, node[inner])
    return {
        name: first_sentence(resolve(schema, child).get("description", ""))
        for name, child in node.get("properties", {}).items()
    }


def first_sentence(text: str) -> str:
    """Return the first sentence of a description, without its full stop."""
    match = _SENTENCE.match(text)
    return (match[0] if match else text).removesuffix(".")


def unit_of(path: Path) -> str:
    """Return the unit that a key's name ends in; empty when there is none."""
    match = _UNIT.search(str(path[-1]) if path else "")
    if not match:
        return ""
    return match[1].lower() + (f" per {match[2].lower()}" if match[2] else "")


def type_words(schema: Schema, node: Schema) -> str:
    """Return a value's type and bounds in words."""
    node = resolve(schema, node)
    for several in ("oneOf", "anyOf"):
        if several in node:
            return ", or ".join(type_words(schema, choice) for choice in node[several])
    if "enum" in node:
        return "one of: " + ", ".join(str(choice) for choice in node["enum"])
    kind = node.get("type", "object")
    if isinstance(kind, list):
        return " or ".join(_TYPES[one] for one in kind)
    words = _TYPES[kind]
    if kind == "array" and "items" in node:
        words = f"list, each item: {type_words(schema, node['items'])}"
    others = node.get("additionalProperties")
    if kind == "object" and isinstance(others, dict):
        words = f"map of names, each: {type_words(schema, others)}"
    return words + _bounds(node)


def _bounds(node: Schema) -> str:
    low, high = node.get("minimum"), node.get("maximum")
    words = []
    if low is not None and high is not None:
        words.append(f" from {low} to {high}")
    elif low is not None:
        words.append(f" of at least {low}")
    elif high is not None:
        words.append(f" of at most {high}")
    for rule, text in (("minItems", "at least {} items"), ("maxItems", "at most {} items")):
        if rule in node:
            words.append(", " + text.format(node[rule]))
    return "".join(words)


def _is_required(schema: Schema, path: Path) -> bool:
    node = resolve(schema, schema)
    for part in path[:-1]:
        if isinstance(part, int):
            child = node["items"]
        else:
            child = node.get("properties", {}).get(part) or node["additionalProperties"]
        node = resolve(schema, child)
    return bool(path) and path[-1] in node.get("required", [])


def _defaults(schema: Schema, key: Key) -> dict[str, Any]:
    """Return the default and each profile's own, for what is not itself a map of described keys."""
    if "properties" in key.node:
        return {}
    facts: dict[str, Any] = {}
    plain = default_at(schema, key, "")
    if plain is not None:
        facts["default"] = plain
    names = schema["properties"]["profile"]["enum"]
    by_profile = {name: default_at(schema, key, name) for name in names}
    differing = {name: value for name, value in by_profile.items() if value != plain}
    if differing:
        facts["profiles"] = differing
    return facts


def default_at(schema: Schema, key: Key, profile: str) -> Any:
    """Return a key's default under a profile, or None; an unknown profile gives the plain default."""
    try:
        return value_at(default_of(schema, schema, profile), key.path)
    except KeyError:
        return default_of(schema, key.node, profile)
