"""What differs between a folder and the tree it should hold; writes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from aspects_gen.errors import disk_error
from aspects_gen.tree.index import Index, digest, read_index

SHOWN_LINES = 60
"""Lines of difference shown for a whole environment: enough to see what it is about."""


class Difference(NamedTuple):
    """One file that is not what it should be."""

    path: str
    kind: str
    """`missing`, `changed` or `stale`."""


def compare_tree(folder: Path, tree: Mapping[str, str]) -> list[Difference]:
    """Return the files that a build would write or remove."""
    differences = []
    for path, text in tree.items():
        present = _read(folder / path)
        if present is None:
            differences.append(Difference(path, "missing"))
        elif present != text.encode():
            differences.append(Difference(path, "changed"))
    index = read_index(folder)
    stale = [p for p in (index.files if index else {}) if p not in tree and (folder / p).is_file()]
    return differences + [Difference(path, "stale") for path in stale]


def is_intact(folder: Path, index: Index) -> bool:
    """Tell whether every file of an index is on disk as it was written."""
    for path, value in index.files.items():
        present = _read(folder / path)
        if present is None or digest(present) != value:
            return False
    return True


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    except OSError as error:
        raise disk_error(error) from None


def show_differences(
    folder: Path, tree: Mapping[str, str], differences: list[Difference]
) -> Iterator[str]:
    """Yield lines that show what a build would change, cut after SHOWN_LINES lines of content."""
    import difflib

    left = SHOWN_LINES
    for difference in differences:
        yield f"{difference.kind}: {folder / difference.path}"
        if difference.kind != "changed" or left <= 0:
            continue
        old = (_read(folder / difference.path) or b"").decode("utf-8", "replace").splitlines()
        new = tree[difference.path].splitlines()
        for line in difflib.unified_diff(old, new, "on disk", "from values", lineterm="", n=1):
            if left <= 0:
                yield "  …"
                break
            left -= 1
            yield f"  {line}"
