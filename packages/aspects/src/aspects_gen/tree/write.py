"""Writing an environment's folder so that a kill at any moment leaves something the next build repairs.

The new index is written first, under another name; then each changed file is replaced as a whole; then files
that are ours and no longer wanted go; last the new index takes the old one's place. A file that matches
neither the old nor the new index was changed by hand.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from aspects_gen.errors import WriteError
from aspects_gen.tree.index import JOURNAL, NAME, Index, digest, read_file, read_index
from aspects_gen.tree.replace import TEMPORARY, replace_file

LISTED = 20


class Written(NamedTuple):
    """What a build did to a folder."""

    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int


def write_tree(folder: Path, tree: Mapping[str, str], index: Index, *, force: bool) -> Written:
    """Bring a folder to a tree: write what differs, remove what was ours and is gone.

    Args:
        folder: the environment's folder; created when missing.
        tree: path inside the folder -> text.
        index: the tree's index.
        force: overwrite hand edits.

    Raises:
        WriteError: hand-edited files without `force`, another build under way, or the disk refuses.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _lock(folder):
            return _write(folder, tree, index, force=force)
    except OSError as error:
        where = error.filename or folder
        raise WriteError(
            f"{where}: cannot write: {error.strerror}\n"
            "  = fix: check permissions and free space, then build again; the next build repairs what is half done"
        ) from None


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise WriteError(
                f"{folder}: another build is writing here\n  = fix: wait until it is done"
            ) from None
        yield
    finally:
        os.close(handle)


def _write(folder: Path, tree: Mapping[str, str], index: Index, *, force: bool) -> Written:
    owned = _owned_digests(folder)
    found = _digests_on_disk(folder, {*tree, *owned})
    edited = [
        path
        for path, present in found.items()
        if present not in owned.get(path, ()) and present != index.files.get(path)
    ]
    if edited and not force:
        raise WriteError(_refusal(folder, edited))
    changed = [path for path in tree if found.get(path) != index.files[path]]
    removed = [path for path in found if path not in tree]
    old = folder / NAME
    if not changed and not removed and _text_of(old) == index.dump():
        _sweep(folder)
        return Written((), (), len(tree))
    replace_file(folder / JOURNAL, index.dump())
    for path in changed:
        replace_file(folder / path, tree[path])
    for path in removed:
        (folder / path).unlink()
        _remove_empty(folder, (folder / path).parent)
    (folder / JOURNAL).replace(old)
    _sweep(folder)
    return Written(tuple(changed), tuple(removed), len(tree) - len(changed))


def _owned_digests(folder: Path) -> dict[str, set[str]]:
    owned: dict[str, set[str]] = {}
    for name in (NAME, JOURNAL):
        index = read_index(folder, name)
        for path, value in (index.files if index else {}).items():
            owned.setdefault(path, set()).add(value)
    return owned


def _digests_on_disk(folder: Path, paths: set[str]) -> dict[str, str]:
    found = {}
    for path in sorted(paths):
        with suppress(FileNotFoundError, NotADirectoryError):
            found[path] = digest(read_file(f"{folder}/{path}"))
    return found


def _refusal(folder: Path, edited: list[str]) -> str:
    shown = "\n".join(f"  {folder / path}" for path in edited[:LISTED])
    more = f"\n  and {len(edited) - LISTED} more" if len(edited) > LISTED else ""
    count = f"{len(edited)} file{'s' if len(edited) > 1 else ''}"
    return (
        f"{count} changed by hand, or put there by someone else; nothing was written:\n{shown}{more}\n"
        "  = fix: move the change into the values and restore the files from Git, or build with --force to overwrite"
    )


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def _remove_empty(top: Path, folder: Path) -> None:
    while folder != top and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent


def _sweep(folder: Path) -> None:
    """Remove what a killed build left half written."""
    for path in folder.rglob(f".*{TEMPORARY}"):
        path.unlink()
    (folder / JOURNAL).unlink(missing_ok=True)
