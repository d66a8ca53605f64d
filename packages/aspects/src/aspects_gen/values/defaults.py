"""What a value is when nobody set it: the schema's `default`, or the profile's word in `x-profiles`."""

from __future__ import annotations

from typing import Any

from aspects_gen.values.schema import Schema, resolve


def merge(below: Any, above: Any) -> Any:
    """Return `above` laid over `below`: maps merge key by key, anything else replaces."""
    if isinstance(below, dict) and isinstance(above, dict):
        merged = dict(below)
        for key, value in above.items():
            merged[key] = merge(merged[key], value) if key in merged else value
        return merged
    return above


def default_of(schema: Schema, node: Schema, profile: str) -> Any:
    """Return a node's default, or None when it has none.

    For a map: its properties' defaults, under its own `default`, under its `x-profiles[profile]`.
    """
    node = resolve(schema, node)
    value = node.get("default")
    if profile in node.get("x-profiles", {}):
        value = merge(value, node["x-profiles"][profile])
    if "properties" in node and (value is None or isinstance(value, dict)):
        below: dict[str, Any] = {}
        for name, child in node["properties"].items():
            default = default_of(schema, child, profile)
            if default is not None:
                below[name] = default
        if below or value is not None:
            value = merge(below, value or {})
    return value


def fill_items(schema: Schema, node: Schema, value: Any, profile: str) -> Any:
    """Return a value with the defaults of what stands in lists and free maps, which no map default reaches."""
    node = resolve(schema, node)
    if isinstance(value, list) and "items" in node:
        return [_fill_item(schema, node["items"], item, profile) for item in value]
    if not isinstance(value, dict):
        return value
    properties = node.get("properties", {})
    others = node.get("additionalProperties")
    filled = {}
    for name, item in value.items():
        if name in properties:
            filled[name] = fill_items(schema, properties[name], item, profile)
        elif isinstance(others, dict):
            filled[name] = _fill_item(schema, others, item, profile)
        else:
            filled[name] = item
    return filled


def _fill_item(schema: Schema, node: Schema, item: Any, profile: str) -> Any:
    default = default_of(schema, node, profile)
    whole = merge(default, item) if isinstance(item, dict) and default else item
    return fill_items(schema, node, whole, profile)
