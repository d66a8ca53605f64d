"""Putting a new environment's files where they belong."""

from __future__ import annotations

import os
from pathlib import Path

from aspects_gen.errors import WriteError
from aspects_gen.tree.replace import draft_of, replace_file

WRITTEN, SAME, OTHER = "written", "same", "other"


def require_absent(environments: Path, name: str) -> Path:
    """Return the path of an environment's values file, which is not there yet.

    Raises:
        WriteError: it is.
    """
    for suffix in (".yaml", ".yml"):
        path = environments / f"{name}{suffix}"
        if path.exists():
            raise WriteError(
                f"{path}: this environment exists already; nothing was written\n"
                "  = fix: edit the file, or choose another name"
            )
    return environments / f"{name}.yaml"


def add_values(path: Path, text: str) -> None:
    """Write a new values file as a whole.

    Raises:
        WriteError: it appeared meanwhile, or the disk refuses.
    """
    draft = draft_of(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(text.encode())
        # unlike a rename, a link never takes the place of a file that appeared meanwhile
        os.link(draft, path)
        draft.unlink()
    except OSError as error:
        raise _refusal(path, error) from None


def add_schema(path: Path, text: str) -> str:
    """Write the schema for the editor where there is none, and return what became of it.

    Returns:
        written; same: it is there already; other: another text is there, and was left alone.

    Raises:
        WriteError: the disk refuses.
    """
    try:
        if path.exists():
            return SAME if path.read_bytes() == text.encode() else OTHER
        replace_file(path, text)
    except OSError as error:
        raise _refusal(path, error) from None
    return WRITTEN


def _refusal(path: Path, error: OSError) -> WriteError:
    return WriteError(
        f"{path}: cannot write: {error.strerror}\n"
        "  = fix: check the path, permissions and free space, then run it again"
    )
