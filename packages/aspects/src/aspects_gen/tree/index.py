"""The index of an output folder: which files we wrote, and from which inputs."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from aspects_gen.errors import WriteError

NAME = "index.json"
JOURNAL = ".index.next.json"
"""The index of a build under way; found at the next start, it tells which files a killed build wrote."""


class Index(NamedTuple):
    """Digests of the files written and of the inputs they came from."""

    generator: str
    inputs: dict[str, str]
    """Input (path relative to the environments folder, or `generator`) -> digest."""
    files: dict[str, str]
    """Path inside the folder -> digest."""

    def dump(self) -> str:
        """Return the index as text."""
        about = "Files written by aspects-gen build; hand edits are found by these digests."
        content = {
            "about": about,
            "generator": self.generator,
            "inputs": dict(sorted(self.inputs.items())),
            "files": dict(sorted(self.files.items())),
        }
        return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def digest(data: bytes) -> str:
    """Return the digest that the index uses."""
    return hashlib.sha256(data).hexdigest()


def read_file(path: str) -> bytes:
    """Return a file's bytes; for the hundreds of files of a check, where `pathlib` costs more than reading.

    Raises:
        OSError: it cannot be read.
    """
    handle = os.open(path, os.O_RDONLY)
    try:
        chunks = []
        while chunk := os.read(handle, 1 << 20):
            chunks.append(chunk)
        return b"".join(chunks)
    finally:
        os.close(handle)


def make_index(generator: str, inputs: Mapping[str, str], tree: Mapping[str, str]) -> Index:
    """Return the index of a tree."""
    files = {path: digest(text.encode()) for path, text in tree.items()}
    return Index(generator, dict(inputs), files)


def read_index(folder: Path, name: str = NAME) -> Index | None:
    """Return an index, or None where there is none.

    Raises:
        WriteError: it is there but unreadable.
    """
    path = folder / name
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        index = Index(content["generator"], content["inputs"], content["files"])
        if not _is_sound(index):
            raise ValueError("not of the form that a build writes")
        return index
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        if name == JOURNAL:
            return None  # killed while writing it: nothing else was touched yet
        raise WriteError(
            f"{path}: the index of generated files cannot be read ({type(error).__name__})\n"
            "  = fix: restore it from Git, or delete it and build with --force"
        ) from None


def _is_sound(index: Index) -> bool:
    """Tell whether an index holds names and digests, and no file outside its folder: those files get removed."""
    names = [*index.inputs, *index.inputs.values(), *index.files, *index.files.values()]
    return all(isinstance(name, str) for name in (index.generator, *names)) and not any(
        path.startswith("/") or ".." in path.split("/") for path in index.files
    )
