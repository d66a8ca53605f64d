"""Plain data as readable Python text. Called by `lms_files`."""

from __future__ import annotations

import json
from typing import Any

WIDTH = 88
"""Columns that a value may take on one line."""


def literal(value: Any, depth: int = 0) -> str:
    """Return a value as Python text that starts at a line's indentation of `depth` steps of 4."""
    if isinstance(value, str):
        # a JSON string is a Python string too, and has double quotes
        return json.dumps(value, ensure_ascii=False)
    if not isinstance(value, (dict, list)):
        return repr(value)
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    short = f"{opening}{', '.join(_items(value, depth))}{closing}"
    if len(short) + 4 * depth <= WIDTH and "\n" not in short:
        return short
    inner, outer = " " * 4 * (depth + 1), " " * 4 * depth
    body = "".join(f"{inner}{line},\n" for line in _items(value, depth + 1))
    return f"{opening}\n{body}{outer}{closing}"


def _items(value: dict[str, Any] | list[Any], depth: int) -> list[str]:
    if isinstance(value, dict):
        return [f"{literal(key)}: {literal(item, depth)}" for key, item in value.items()]
    return [literal(item, depth) for item in value]
