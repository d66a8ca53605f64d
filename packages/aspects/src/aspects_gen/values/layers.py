"""A values file and the files it extends, merged; each value keeps the place that set it."""

from __future__ import annotations

import os.path
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aspects_gen.errors import Finding, Position, ValuesError
from aspects_gen.values.document import Document, describe, load_document
from aspects_gen.values.paths import Path as ValuePath

EXTENSIONS = (".yaml", ".yml")


@dataclass
class Layers:
    """What the operator wrote, merged: later files win, the environment's own file wins over all."""

    file: str
    """The environment's own file, as errors name it."""
    data: dict[str, Any] = field(default_factory=dict)
    keys_at: dict[ValuePath, Position] = field(default_factory=dict)
    values_at: dict[ValuePath, Position] = field(default_factory=dict)
    root: Path = Path()
    """Folder that file names in errors are relative to."""
    documents: dict[str, Document] = field(default_factory=dict)
    added: dict[str, Document] = field(default_factory=dict)
    """Files of extensions, for their lines."""
    files: list[Path] = field(default_factory=list)

    def position(self, path: ValuePath, *, key: bool = False) -> Position:
        """Return where a path was set, or where its nearest set ancestor was, or the file's first line."""
        if path in self.values_at:
            return self.keys_at[path] if key else self.values_at[path]
        while path:
            path = path[:-1]
            if path in self.keys_at and path:
                return self.keys_at[path]
        return Position(self.file, 1, 1)

    def show(self, path: Path) -> str:
        """Return a file's name as errors show it."""
        return _show(path, self.root)

    def source(self, position: Position) -> str:
        """Return the line of text at a position."""
        document = self.documents.get(position.file) or self.added.get(position.file)
        return document.source(position) if document else ""


def load_layers(path: Path, root: Path) -> Layers:
    """Read a values file with everything it extends.

    Args:
        path: the environment's own values file.
        root: folder that file names in errors are relative to.

    Raises:
        ValuesError: a file is unreadable or not YAML, or `extends` is wrong or goes in a circle.
    """
    layers = Layers(_show(path, root), root=root)
    findings: list[Finding] = []
    _add(layers, path.absolute(), root, chain=[], findings=findings)
    if findings:
        raise ValuesError(findings)
    layers.data.pop("extends", None)
    return layers


def _show(path: Path, root: Path) -> str:
    try:
        return path.absolute().relative_to(root.absolute()).as_posix()
    except ValueError:
        return path.as_posix()


def _add(
    layers: Layers, path: Path, root: Path, *, chain: list[Path], findings: list[Finding]
) -> None:
    shown = _show(path, root)
    try:
        document = load_document(path, shown)
    except ValuesError as error:
        findings.extend(error.findings)
        return
    layers.documents[shown] = document
    if path not in layers.files:
        layers.files.append(path)
    for index, name in enumerate(_parents(document, findings)):
        at = document.values_at.get(("extends", index)) or document.values_at[("extends",)]
        parent = Path(os.path.normpath(path.parent / name))
        if parent in (*chain, path):
            findings.append(
                _finding(
                    document, at, "extends", "these files extend each other in a circle", name
                )
            )
        elif not parent.is_file():
            findings.append(
                _finding(document, at, "extends", "this file does not exist", f"no file {name!r}")
            )
        else:
            _add(layers, parent, root, chain=[*chain, path], findings=findings)
    _merge(layers, document)


def _parents(document: Document, findings: list[Finding]) -> list[str]:
    value = document.data.get("extends", [])
    names = [value] if isinstance(value, str) else value
    if isinstance(names, list) and all(isinstance(name, str) and name for name in names):
        return names
    at = document.values_at[("extends",)]
    findings.append(_finding(document, at, "extends", "`extends` names files", describe(value)))
    return []


def _finding(document: Document, at: Position, path: str, problem: str, found: str) -> Finding:
    return Finding(
        "AG105",
        at,
        path,
        problem,
        found,
        "one file name, or a list of them, relative to this file",
        "name existing values files, each building on the ones before it",
        document.source(at),
    )


def _merge(layers: Layers, document: Document) -> None:
    layers.data = _merge_maps(layers, document, layers.data, document.data, ())


def _merge_maps(
    layers: Layers, document: Document, below: Any, above: Any, path: ValuePath
) -> Any:
    layers.keys_at[path] = document.positions[path]
    layers.values_at[path] = document.values_at[path]
    if isinstance(above, dict):
        merged = dict(below) if isinstance(below, dict) else {}
        for key, value in above.items():
            merged[key] = _merge_maps(layers, document, merged.get(key), value, (*path, key))
        return merged
    if isinstance(above, list):
        _forget_below(layers, path)
        return [
            _merge_maps(layers, document, None, item, (*path, index))
            for index, item in enumerate(above)
        ]
    return above


def _forget_below(layers: Layers, path: ValuePath) -> None:
    size = len(path)
    for known in [k for k in layers.values_at if len(k) > size and k[:size] == path]:
        del layers.keys_at[known], layers.values_at[known]
