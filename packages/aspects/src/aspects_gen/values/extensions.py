"""Folders that an operator adds to an environment: read as values files are, each part with its place.

The spanning slice says what a file is (`extension_schema`); what the files mean together it checks
itself, from the plain data that `load_extensions` puts beside the value that names the folders.
"""

from __future__ import annotations

import os.path
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aspects_gen.errors import Finding, Position, ValuesError
from aspects_gen.tree.fingerprint import list_files
from aspects_gen.values.check import check_layers
from aspects_gen.values.document import Document, load_document
from aspects_gen.values.layers import Layers
from aspects_gen.values.paths import Path as ValuePath
from aspects_gen.values.schema import Schema

KEY = ("aspects", "extensions")
"""The list of folders."""

LOADED = "extensionFolders"
"""Where their content stands in complete values: a key of the same slice that no one can set."""

CODE = "AG160"

MAX_BYTES = 900_000
"""Of one file: it has to fit into a ConfigMap. Source: Kubernetes documentation, 1 MiB with metadata."""

MAX_FILES = 1_000

_NAME = re.compile(r"[a-z0-9]([-_a-z0-9]{0,38}[a-z0-9])?")
_FILE = re.compile(r"[-._a-zA-Z0-9]+(/[-._a-zA-Z0-9]+)*")

SchemaOf = Callable[[str], "Schema | None"]
"""File of an extension to its JSON Schema; {} for other YAML that is read, None for any other text."""


def load_extensions(layers: Layers, schema_of: SchemaOf, definitions: Schema) -> list[Any]:
    """Return the folders that the values name.

    Shape: [{"name", "folder" (as errors show it), "files": [{"path", "text", "data" (of YAML)}]}]

    Args:
        layers: the merged values; places of what is read are added to them.
        schema_of: says what a file is.
        definitions: what schemas may refer to.

    Raises:
        ValuesError: every folder and file that cannot be used.
    """
    names = (layers.data.get(KEY[0]) or {}).get(KEY[1]) or []
    findings: list[Finding] = []
    folders: list[dict[str, Any]] = []
    for index, name in enumerate(names):
        at = layers.position((*KEY, index))
        folder = Path(os.path.normpath(layers.root.absolute() / Path(at.file).parent / name))
        problem = _refuse_folder(folder, [known["name"] for known in folders])
        if problem:
            findings.append(Finding(CODE, at, "aspects.extensions", *problem, layers.source(at)))
            continue
        layers.files.append(folder)
        here: ValuePath = (KEY[0], LOADED, index)
        layers.keys_at[here] = layers.values_at[here] = at
        files: list[dict[str, Any]] = []
        for path in list_files(folder):
            try:
                files.append(
                    _read(
                        layers,
                        folder / path,
                        (*here, "files", len(files)),
                        path,
                        schema_of,
                        definitions,
                    )
                )
            except ValuesError as error:
                findings.extend(error.findings)
        folders.append({"name": folder.name, "folder": layers.show(folder), "files": files})
    if findings:
        raise ValuesError(findings)
    return folders


def _refuse_folder(folder: Path, taken: list[str]) -> tuple[str, str, str, str] | None:
    """Return problem, found, expected and fix of a folder that cannot be one."""
    expected = "a folder with dbt/, sql/, migrations/, superset/ or grants.yaml in it"
    if not folder.is_dir():
        found = "a file" if folder.exists() else "nothing"
        return (
            "there is no such folder",
            found,
            expected,
            "name it relative to this file, or create it",
        )
    if not _NAME.fullmatch(folder.name):
        rule = "lower-case letters, digits, dashes and underscores, at most 40 characters"
        return (
            "a folder of this name cannot be an extension",
            folder.name,
            rule,
            "rename the folder",
        )
    if folder.name in taken:
        return (
            "two extensions have one name",
            folder.name,
            "a name of its own",
            "rename one of the folders",
        )
    count = len(list_files(folder))
    if count > MAX_FILES:
        return (
            "this folder holds too many files",
            str(count),
            f"at most {MAX_FILES}",
            "split it in two",
        )
    return None


def _read(
    layers: Layers,
    file: Path,
    here: ValuePath,
    path: str,
    schema_of: SchemaOf,
    definitions: Schema,
) -> dict[str, Any]:
    """Return one file, and note where each part of it stands.

    Raises:
        ValuesError: it cannot be read, or breaks its schema.
    """
    shown = layers.show(file)
    text = _text(file, shown, path)
    read: dict[str, Any] = {"path": path, "text": text}
    start = Position(shown, 1, 1)
    layers.keys_at[here] = layers.values_at[here] = start
    layers.files.append(file)
    schema = schema_of(path)
    if schema is None:
        layers.added[shown] = Document(shown, {}, {}, text.splitlines(), {})
        return read
    document = load_document(file, shown)
    layers.added[shown] = document
    for known, positions in (
        (layers.keys_at, document.positions),
        (layers.values_at, document.values_at),
    ):
        known.update({(*here, "data", *at): place for at, place in positions.items()})
    if schema:
        own = Layers(shown, document.data, document.positions, document.values_at)
        own.documents[shown] = document
        findings = check_layers(own, {**schema, "$defs": definitions})
        if findings:
            raise ValuesError(findings)
    return {**read, "data": document.data}


def _text(file: Path, shown: str, path: str) -> str:
    """Return a file's text.

    Raises:
        ValuesError: not readable, too large, not UTF-8, or of a name that cannot be a ConfigMap's key.
    """
    expected = f"a readable text in UTF-8 of at most {MAX_BYTES} bytes"
    fix = "correct it, or take it out of the folder"
    try:
        raw = file.read_bytes()
        text = raw.decode("utf-8")
        size = len(raw)
    except UnicodeDecodeError as error:
        found = f"byte 0x{error.object[error.start]:02x}"
        raise _refusal(shown, "a byte that is not UTF-8", found, expected, fix) from None
    except OSError as error:
        found = error.strerror or type(error).__name__
        raise _refusal(shown, "the file cannot be read", found, expected, fix) from None
    if size > MAX_BYTES:
        raise _refusal(shown, "the file is too large", f"{size} bytes", expected, fix)
    if not _FILE.fullmatch(path):
        rule = "letters, digits, dots, dashes and underscores"
        raise _refusal(shown, "a name that no ConfigMap can hold", path, rule, "rename it")
    return text


def _refusal(shown: str, problem: str, found: str, expected: str, fix: str) -> ValuesError:
    return ValuesError([Finding(CODE, Position(shown), "", problem, found, expected, fix)])
