"""Digests of everything an output depends on, so that an unchanged check needs no generation."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from aspects_gen.tree.index import digest, read_file

ABSENT = "absent"


def digest_input(path: Path) -> str:
    """Return the digest of an input file, or of a folder's list of files.

    `absent` stands for one that cannot be read, which is an input too.

    Why it cannot be read, generation says, with the place that names it.
    """
    try:
        return digest(path.read_bytes())
    except IsADirectoryError:
        return digest("\n".join(list_files(path)).encode())
    except OSError:
        return ABSENT


def list_files(folder: Path) -> list[str]:
    """Return the path inside a folder of every file of it, sorted; what is hidden or a cache is none."""
    found = []
    for top, names, files in os.walk(folder):
        names[:] = [name for name in names if not name.startswith((".", "__pycache__"))]
        inside = Path(top).relative_to(folder)
        found += [
            (inside / name).as_posix()
            for name in files
            if not name.startswith(".") and name[-1] != "~"
        ]
    return sorted(found)


def digest_inputs(paths: Iterable[Path], root: Path) -> dict[str, str]:
    """Return each input's digest under its path relative to `root`."""
    return {_relative(path, root): digest_input(path) for path in sorted(set(paths))}


def _relative(path: Path, root: Path) -> str:
    return Path(os.path.relpath(path, root)).as_posix()


def digest_code(folders: Iterable[Path]) -> str:
    """Return one digest of every file of the packages that generate."""
    total = hashlib.sha256()
    for folder in sorted(set(folders)):
        for name, path in sorted(_files(folder)):
            data = read_file(path)
            total.update(f"{folder.name}/{name}\0{len(data)}\0".encode())
            total.update(data)
    return total.hexdigest()


def _files(folder: Path) -> list[tuple[str, str]]:
    found = []
    start = len(os.path.join(folder, ""))  # noqa: PTH118
    for top, names, files in os.walk(folder):
        names[:] = [name for name in names if name != "__pycache__"]
        for name in files:
            path = os.path.join(top, name)  # noqa: PTH118 - hundreds of files on the fast path
            found.append((path[start:].replace(os.sep, "/"), path))
    return found


def package_folders(modules: Iterable[str]) -> list[Path]:
    """Return the folders of this package and of the modules given, without importing one."""
    from importlib.util import find_spec

    folders = {Path(__file__).parent.parent}
    for module in modules:
        spec = find_spec(module)
        if spec is not None and spec.origin is not None:
            folders.add(Path(spec.origin).parent)
    own = Path(__file__).parent.parent
    return sorted(folder for folder in folders if folder == own or own not in folder.parents)
