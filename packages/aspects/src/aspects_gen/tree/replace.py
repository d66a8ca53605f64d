"""Replacing a file as a whole, so that a kill leaves the old one or the new one."""

from __future__ import annotations

from pathlib import Path

TEMPORARY = ".aspects-gen-tmp"
"""End of a draft's name. One draft for each file: what a kill left behind, the next run writes over."""


def draft_of(path: Path) -> Path:
    """Return where a file's text stands before it takes the file's place."""
    return path.with_name(f".{path.name}{TEMPORARY}")


def replace_file(path: Path, text: str) -> None:
    """Write a file and the folders above it, whatever was there before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = draft_of(path)
    draft.write_bytes(text.encode())
    draft.replace(path)
