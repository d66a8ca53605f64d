"""Keys of the values by the name that a person types: finding one, and the nearest when there is none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from aspects_gen.errors import UsageError
from aspects_gen.values.paths import Path, parse_path, show_path
from aspects_gen.values.schema import Schema, resolve

SUGGESTED = 5


@dataclass(frozen=True)
class Key:
    """A key found in the schema."""

    path: Path
    """Its path; 0 stands for every item where no index was given."""
    name: str
    """How a person writes it."""
    node: Schema
    """What the schema says of it, references followed."""
    general: bool
    """True when it is about every item of a list, so that it has no value of its own."""


def find_key(schema: Schema, text: str) -> Key:
    """Return the key that a dotted name means; an empty name means the top level.

    Items of lists need no index: `waivers.rule`, `waivers[].rule` and `waivers[0].rule` are all found.

    Raises:
        UsageError: there is none; the message names the nearest.
    """
    parts = list(parse_path(text))
    path: Path = ()
    node, general = resolve(schema, schema), False
    if text and not parts:
        raise _unknown(schema, text)
    while parts:
        if "items" in node and isinstance(parts[0], str):
            parts.insert(0, 0)
            general = True
        name, child, used = _step(schema, node, parts)
        if child is None:
            raise _unknown(schema, text)
        above = {"description": node["description"]} if "description" in node else {}
        path, node, parts = (*path, name), {**above, **resolve(schema, child)}, parts[used:]
    return Key(path, text if not general else _general_name(path), node, general)


def _step(
    schema: Schema, node: Schema, parts: list[str | int]
) -> tuple[str | int, Schema | None, int]:
    """Return (part of the path, schema of it or None, how many of the parts it took)."""
    part = parts[0]
    if isinstance(part, int):
        return part, node.get("items"), 1
    if part in node.get("properties", {}):
        return part, node["properties"][part], 1
    others = node.get("additionalProperties")
    if not isinstance(others, dict):
        return part, None, 1
    if {"properties", "items"} & resolve(schema, others).keys():
        return part, others, 1
    # names in a free map may hold dots, as Kubernetes labels do; nothing is below them
    return ".".join(str(p) for p in parts), others, len(parts)


def _general_name(path: Path) -> str:
    return show_path(path).replace("[0]", "[]")


def list_keys(schema: Schema) -> Iterator[Path]:
    """Yield the path of every key that has a name of its own; 0 stands for every item of a list."""
    yield from _walk(schema, schema, ())


def _walk(schema: Schema, node: Schema, path: Path) -> Iterator[Path]:
    node = resolve(schema, node)
    if path and isinstance(path[-1], str):
        yield path
    for name, child in node.get("properties", {}).items():
        yield from _walk(schema, child, (*path, name))
    if "items" in node:
        yield from _walk(schema, node["items"], (*path, 0))


def near_keys(schema: Schema, text: str) -> list[str]:
    """Return the keys that were most likely meant, the likeliest first.

    Keys that end in what was typed; where there are none, keys spelt alike, as a whole or in their last part.
    """
    names = sorted((_general_name(path) for path in list_keys(schema)), key=_by_depth)
    wanted = text.lower().strip(".")
    ends = [name for name in names if f".{name}".lower().endswith(f".{wanted}")]
    if ends:
        return ends[:SUGGESTED]
    alike = get_close_matches(text, names, n=2, cutoff=0.85)
    if alike:
        return alike
    lasts = sorted({name.rpartition(".")[2] for name in names})
    spelt = get_close_matches(wanted.rpartition(".")[2], lasts, n=1, cutoff=0.75)
    return [name for name in names if spelt and name.rpartition(".")[2] == spelt[0]][:SUGGESTED]


def _by_depth(name: str) -> tuple[int, str]:
    return name.count("."), name


def _unknown(schema: Schema, text: str) -> UsageError:
    near = [f"`{name}`" for name in near_keys(schema, text)]
    if near:
        fix = (
            "did you mean " + " or ".join([", ".join(near[:-1]), near[-1]][len(near) < 2 :]) + "?"
        )
    else:
        fix = "`aspects-gen explain` without a key lists the top level"
    return UsageError(f"there is no key `{text}`\n  = fix: {fix}")
