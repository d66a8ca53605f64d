"""What an import does to Superset, as plain data: listed before it is kept, and printed as JSON."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

MISSING = "-"
SHOWN = 60
"""Characters of a value that a line shows."""


class Change(NamedTuple):
    """One object that is made, changed, removed, or left although nothing names it any more."""

    action: str
    """create, update, delete or keep"""
    kind: str
    name: str
    fields: dict[str, tuple[Any, Any]]
    """Dotted path to (before, after)."""
    why: str = ""
    """Reason to keep."""


def compare(before: dict[str, Any], after: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return dotted path to (before, after) of every value that differs."""
    old, new = flatten(before), flatten(after)
    return {
        key: (old.get(key, MISSING), new.get(key, MISSING))
        for key in sorted(old.keys() | new.keys())
        if old.get(key, MISSING) != new.get(key, MISSING)
    }


def flatten(value: Any, path: str = "") -> dict[str, Any]:
    """Return dotted path to value of every leaf; empty maps and lists are leaves."""
    if isinstance(value, dict) and value:
        items = [(str(key), item) for key, item in value.items()]
    elif isinstance(value, list) and value and any(isinstance(item, dict) for item in value):
        items = [(str(index), item) for index, item in enumerate(value)]
    else:
        return {path: value}
    found: dict[str, Any] = {}
    for key, item in items:
        found |= flatten(item, f"{path}.{key}" if path else key)
    return found


def lines(changes: list[Change]) -> list[str]:
    """Return the changes as text, one line for an object and one for each changed value."""
    found = []
    signs = {"create": "+", "update": "~", "delete": "-", "keep": "="}
    for change in changes:
        reason = f" ({change.why})" if change.why else ""
        found.append(f"{signs[change.action]} {change.kind} {change.name}{reason}")
        if change.action == "update":
            found += [
                f"    {key}: {shorten(old)} -> {shorten(new)}"
                for key, (old, new) in change.fields.items()
            ]
    return found


def shorten(value: Any) -> str:
    """Return a value in one line of text that is not too long."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"


def counts(changes: list[Change]) -> str:
    """Return how much of each action there is, in words."""
    words = {"create": "created", "update": "changed", "delete": "removed", "keep": "kept"}
    numbers = {action: sum(c.action == action for c in changes) for action in words}
    return ", ".join(f"{numbers[action]} {word}" for action, word in words.items())


def as_json(changes: list[Change]) -> list[dict[str, Any]]:
    """Return the changes for machines."""
    return [
        {
            "action": change.action,
            "kind": change.kind,
            "name": change.name,
            "why": change.why,
            "fields": {key: list(pair) for key, pair in change.fields.items()}
            if change.action == "update"
            else {},
        }
        for change in changes
    ]
