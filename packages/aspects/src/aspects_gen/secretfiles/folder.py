"""The folder that gets Secrets: private, outside what is generated, nothing in it ever overwritten."""

from __future__ import annotations

import fcntl
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aspects_gen.errors import WriteError

TEMPORARY = ".aspects-gen-tmp"

PRIVATE = 0o700


def refuse_inside(folder: Path, forbidden: Path, why: str, fix: str) -> None:
    """Refuse a folder that is, or lies in, another.

    Raises:
        WriteError: it does.
    """
    if folder.resolve().is_relative_to(forbidden.resolve()):
        raise WriteError(f"{folder}: {why}\n  = fix: {fix}")


@contextmanager
def open_folder(folder: Path, *, plain: bool) -> Iterator[None]:
    """Make the folder if need be and keep others of us out of it; sweeps what a killed run left.

    Args:
        folder: the folder.
        plain: it gets values that anyone who reads them can use; then it must be private, and Git is told
            to leave it alone.

    Raises:
        WriteError: it cannot be made, others can read it, or another run writes to it.
    """
    try:
        folder.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        if plain and stat.S_IMODE(folder.stat().st_mode) & 0o077:
            raise WriteError(
                f"{folder}: other users of this machine may look into it\n"
                f"  = fix: run `chmod 700 {folder}`, or name a folder that does not exist yet"
            )
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise _refusal(folder, error) from None
    try:
        _lock(folder, handle)
        for left in folder.glob(f".*{TEMPORARY}"):
            left.unlink()
        if plain:
            add_file(folder / ".gitignore", "*\n")
        yield
    except OSError as error:
        raise _refusal(folder, error) from None
    finally:
        os.close(handle)


def _lock(folder: Path, handle: int) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise WriteError(
            f"{folder}: another run is writing here\n  = fix: wait until it is done"
        ) from None


def _refusal(folder: Path, error: OSError) -> WriteError:
    where = error.filename or folder
    return WriteError(
        f"{where}: cannot write: {error.strerror}\n"
        "  = fix: check the path, permissions and free space, then run it again: what exists is kept"
    )


def add_file(path: Path, text: str) -> bool:
    """Write a file that only its owner may read, as a whole, and only where there is none.

    Returns:
        Whether it was written; False when there is one already, which stays as it is.
    """
    if path.is_symlink() or path.exists():
        return False
    # mkstemp makes the file with mode 0600, under a name nobody else has
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=TEMPORARY, dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        # unlike a rename, a link never takes the place of a file that appeared meanwhile
        os.link(temporary, path)
    except FileExistsError:
        return False
    finally:
        temporary.unlink(missing_ok=True)
    return True
