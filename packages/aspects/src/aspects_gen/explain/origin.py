"""Where a value comes from: every layer that has a word on it, the one that won first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aspects_gen.errors import Position
from aspects_gen.explain.keys import Key
from aspects_gen.explain.meaning import default_at
from aspects_gen.values.paths import Path, has_value, parse_path, show_path, value_at
from aspects_gen.values.resolve import Values

UNKNOWN = object()
"""Stands for the value of a derived layer that a file overrode: nothing keeps it."""


@dataclass(frozen=True)
class Source:
    """One layer's word on a value."""

    kind: str
    """file, derived, profile or default."""
    text: str
    value: Any
    at: Position | None = None

    def as_data(self) -> dict[str, Any]:
        """Return the source for machines."""
        data: dict[str, Any] = {"kind": self.kind, "text": self.text}
        if self.value is not UNKNOWN:
            data["value"] = self.value
        if self.at:
            data |= {"file": self.at.file, "line": self.at.line, "column": self.at.column}
        return data


def sources_of(values: Values, key: Key) -> list[Source]:
    """Return every layer that sets a value, the winner first; empty when nothing does."""
    found = [*_files(values, key.path), *_derived(values, key.path)]
    if found and found[0].kind == "derived":
        found[0] = Source("derived", found[0].text, value_at(values.data, key.path))
    profile = values.data["profile"]
    plain = default_at(values.schema, key, "")
    own = default_at(values.schema, key, profile)
    if own is not None and own != plain:
        found.append(Source("profile", f"profile {profile}", own))
    if plain is not None:
        found.append(Source("default", "default", plain))
    return found


def _files(values: Values, path: Path) -> list[Source]:
    layers = values.layers
    if path not in layers.values_at:
        return []
    winner = layers.values_at[path].file
    names = [winner, *(name for name in layers.documents if name != winner)]
    found = []
    for name in names:
        document = layers.documents[name]
        if path in document.values_at:
            at = document.values_at[path]
            found.append(Source("file", str(at), value_at(document.data, path), at))
    return found


def _derived(values: Values, path: Path) -> list[Source]:
    """Return the layer that follows another value, where this one or a map around it does."""
    for size in range(len(path), 0, -1):
        follows = values.origins.get(show_path(path[:size]))
        if follows:
            return [Source("derived", f"derived from {follows}{_place(values, follows)}", UNKNOWN)]
    return []


def _place(values: Values, dotted: str) -> str:
    path = parse_path(dotted)
    if path in values.layers.values_at:
        return f" ({values.layers.values_at[path]})"
    if not has_value(values.data, path):
        return ""
    if dotted in values.origins:
        return f" (itself derived from {values.origins[dotted]})"
    return " (left at its default)"
