"""One YAML file as plain data, with the position of every value.

Duplicate keys, other keys than text, tags and endless aliases are refused, all at once.
"""

from __future__ import annotations

from math import isfinite
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from aspects_gen.errors import Finding, Position, ValuesError
from aspects_gen.values.nodes import MAX_DEPTH, TOO_DEEP, compose_nodes, refuse_yaml
from aspects_gen.values.paths import Path as ValuePath
from aspects_gen.values.paths import show_path

MAX_NODES = 100_000
"""Values one file may expand to; aliases that multiply beyond it are an attack or a mistake."""

MAX_BYTES = 4 << 20

MAX_DIGITS = 40
"""Characters of a number; Python itself refuses to print one of some thousands."""


class Document(NamedTuple):
    """A file's data and where each part of it stands."""

    file: str
    data: dict[str, Any]
    positions: dict[ValuePath, Position]
    """Position of the value at a path; the position of a mapping entry is its key's."""
    lines: list[str]
    values_at: dict[ValuePath, Position]
    """Position where the value itself begins, for pointing at it."""

    def source(self, position: Position) -> str:
        """Return the text of the line at a position."""
        return self.lines[position.line - 1] if 0 < position.line <= len(self.lines) else ""


def load_document(path: Path, shown: str) -> Document:
    """Read a YAML mapping.

    Args:
        path: the file.
        shown: the name that errors give it.

    Raises:
        ValuesError: unreadable, not UTF-8, not YAML, not one mapping; all findings of the file.
    """
    text = _read(path, shown)
    reader = _Reader(shown, text.splitlines())
    data = reader.build_root(compose_nodes(text, shown))
    if reader.findings:
        raise ValuesError(reader.findings)
    return Document(shown, data, reader.positions, reader.lines, reader.values_at)


def _read(path: Path, shown: str) -> str:
    def refuse(problem: str, found: str, fix: str) -> ValuesError:
        expected = "a readable YAML file in UTF-8"
        return ValuesError([Finding("AG101", Position(shown), "", problem, found, expected, fix)])

    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise refuse(
            "the file does not exist", "nothing", "check the name, or create the file"
        ) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise refuse(
            "the file cannot be read", reason, "check the path and its permissions"
        ) from None
    if len(raw) > MAX_BYTES:
        raise refuse(
            "the file is too large", f"{len(raw)} bytes", f"keep it under {MAX_BYTES} bytes"
        )
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        column = error.start - (raw.rfind(b"\n", 0, error.start) + 1) + 1
        raise ValuesError(
            [
                Finding(
                    "AG101",
                    Position(shown, line, column),
                    "",
                    "a byte that is not UTF-8",
                    f"byte 0x{raw[error.start]:02x}",
                    "text in UTF-8",
                    "save the file as UTF-8",
                )
            ]
        ) from None


def describe(value: object) -> str:
    """Return what a value is, in the words of YAML, cut to 60 characters."""
    names: dict[type, str] = {bool: "boolean", int: "integer", float: "number", str: "text"}
    if value is None:
        return "nothing (null)"
    if isinstance(value, dict):
        return f"a map of {len(value)} keys" if len(value) != 1 else "a map of one key"
    if isinstance(value, list):
        return f"a list of {len(value)} items" if len(value) != 1 else "a list of one item"
    if isinstance(value, bool):
        return f"boolean {str(value).lower()}"
    text = repr(value) if isinstance(value, str) else str(value)
    return f"{names.get(type(value), 'value')} {text[:60]}{'…' if len(text) > 60 else ''}"


class _Reader:
    """Walks a node graph once, collecting data, positions and findings."""

    def __init__(self, file: str, lines: list[str]) -> None:
        self.file = file
        self.lines = lines
        self.findings: list[Finding] = []
        self.positions: dict[ValuePath, Position] = {}
        self.values_at: dict[ValuePath, Position] = {}
        self._count = 0
        self._open: set[int] = set()

    def build_root(self, node: Any) -> dict[str, Any]:
        """Return the document's mapping; an empty file is an empty map."""
        if node is None or (node.tag == "tag:yaml.org,2002:null" and not node.value):
            return {}
        if not isinstance(node, yaml.MappingNode):
            self._find(
                node,
                (),
                "AG103",
                "the file must hold a map",
                "a map of keys",
                "start it with `site:`",
            )
            return {}
        built = self._build(node, ())
        return built if isinstance(built, dict) else {}

    def _find(
        self, node: Any, path: ValuePath, code: str, problem: str, expected: str, fix: str
    ) -> None:
        at = self._at(node)
        found = describe(node.value) if isinstance(node, yaml.ScalarNode) else describe_node(node)
        source = self.lines[at.line - 1] if 0 < at.line <= len(self.lines) else ""
        self.findings.append(
            Finding(code, at, show_path(path), problem, found, expected, fix, source)
        )

    def _at(self, node: Any) -> Position:
        return Position(self.file, node.start_mark.line + 1, node.start_mark.column + 1)

    def _build(self, node: Any, path: ValuePath) -> Any:
        self._count += 1
        if self._count > MAX_NODES or id(node) in self._open:
            if not any(f.code == "AG104" for f in self.findings):
                self._find(node, path, "AG104", "aliases make this file endless or huge",
                           f"at most {MAX_NODES} values, no alias inside its own anchor",
                           "write the values out, or share them through `extends`")  # fmt: skip
            return None
        self.values_at[path] = self._at(node)
        self.positions.setdefault(path, self._at(node))
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, path)
        if len(path) >= MAX_DEPTH:
            # nothing else of such a file is worth telling
            raise refuse_yaml("\n".join(self.lines), self._at(node), TOO_DEEP)
        self._open.add(id(node))
        try:
            if isinstance(node, yaml.MappingNode):
                return self._mapping(node, path)
            return [self._build(item, (*path, i)) for i, item in enumerate(node.value)]
        finally:
            self._open.discard(id(node))

    def _mapping(self, node: Any, path: ValuePath) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._find(
                    key_node,
                    path,
                    "AG103",
                    "a key must be text",
                    "text",
                    "write a plain word as key",
                )
                continue
            key = str(key_node.value)
            here = (*path, key)
            if key in data:
                first = self.positions[here]
                self._find(key_node, here, "AG102", f"this key is already set on line {first.line}",
                           "each key once", f"remove one of the two `{key}`")  # fmt: skip
                continue
            self.positions[here] = self._at(key_node)
            data[key] = self._build(value_node, here)
        return data

    def _scalar(self, node: Any, path: ValuePath) -> Any:
        tag, text = node.tag.rpartition(":")[2], node.value
        try:
            match tag:
                case "null":
                    return None
                case "bool":
                    return text.lower() == "true"
                case "int" | "float" if len(text) > MAX_DIGITS:
                    return self._refuse_number(node, path)
                case "int":
                    return int(text, 0) if text[:2] in ("0o", "0x") else int(text, 10)
                case "float":
                    number = float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
                    return number if isfinite(number) else self._refuse_number(node, path)
                case "str":
                    return text
        except ValueError:
            pass
        self._find(node, path, "AG103", f"the tag {node.tag} is not supported here",
                   "plain YAML values without tags", "remove the tag; quote text")  # fmt: skip
        return None

    def _refuse_number(self, node: Any, path: ValuePath) -> None:
        self._find(node, path, "AG103", "this is no number that anything here can have",
                   f"a number of at most {MAX_DIGITS} characters, neither infinite nor NaN",
                   "write a smaller number; quote text")  # fmt: skip


def describe_node(node: Any) -> str:
    """Return what a collection node is."""
    return "a map" if isinstance(node, yaml.MappingNode) else "a list"
