"""Keys laid out as YAML with comments: what is set, and what is not as comments with their defaults."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aspects_gen.explain.inline import inline_yaml
from aspects_gen.explain.meaning import first_sentence
from aspects_gen.values.schema import Schema, node_at

WIDTH = 99

INDENT = "  "


@dataclass(frozen=True)
class Entry:
    """A key's value, and whether it is set or only shown."""

    value: Any
    active: bool
    note: str = ""
    """What is still to do about it."""


Tree = dict[str, Any]
"""Key -> Entry, or the Tree of what is below it."""


def render_entries(entries: Mapping[str, Entry], schema: Schema) -> str:
    """Return the YAML text of dotted keys, a blank line before each top-level key.

    Args:
        entries: dotted key -> entry.
        schema: gives the comments; empty for none.
    """
    tree: Tree = {}
    for key, entry in entries.items():
        below = tree
        *parts, last = key.split(".")
        for part in parts:
            below = below.setdefault(part, {})
        below[last] = entry
    lines: list[str] = []
    for name, part_of_tree in tree.items():
        lines += ["", *_render((name,), part_of_tree, schema, mark=None)]
    return "".join(f"{line}\n" for line in lines)


def _render(
    path: tuple[str, ...], entry: Entry | Tree, schema: Schema, mark: int | None
) -> list[str]:
    """Return the lines of a key and of what is below it.

    Args:
        path: the key.
        entry: its entry, or what is below it.
        schema: gives the comments.
        mark: depth where the `#` stands since a map around the key is a comment; None where none is.
    """
    depth = len(path) - 1
    about = _about(schema, path)
    if mark is None and not _is_active(entry):
        mark = depth
    start = INDENT * depth if mark is None else f"{INDENT * mark}#{INDENT * (depth - mark)}"
    pad = INDENT * (depth if mark is None else mark)
    comment = _comment(about, pad)
    if isinstance(entry, Entry):
        line = f"{start}{path[-1]}: {inline_yaml(entry.value)}"
        beside = f"{line}  # {about}"
        notes = _comment(f"TO DO: {entry.note}" if entry.note else "", pad)
        if depth and about and len(beside) <= WIDTH:
            return [*notes, beside]
        return [*comment, *notes, line]
    lines = [*comment, f"{start}{path[-1]}:"]
    for name, below in entry.items():
        lines += _render((*path, name), below, schema, mark)
    return lines


def _is_active(entry: Entry | Tree) -> bool:
    if isinstance(entry, Entry):
        return entry.active
    return any(_is_active(below) for below in entry.values())


def _about(schema: Schema, path: tuple[str, ...]) -> str:
    node = node_at(schema, path) if schema else None
    return first_sentence(node.get("description", "")) if node else ""


def _comment(about: str, indent: str) -> list[str]:
    head = f"{indent}# "
    return textwrap.wrap(about, WIDTH, initial_indent=head, subsequent_indent=head)
