"""The entry points of installed packages: which module offers which service.

`importlib.metadata` would do, but importing it costs a tenth of a whole build: it brings e-mail and zip readers
along. The format is small and fixed.

Source: https://packaging.python.org/en/latest/specifications/entry-points/ and .../recording-installed-packages/
"""

from __future__ import annotations

import os
import sys
from functools import lru_cache
from typing import NamedTuple

GROUP = "aspects.services"


class Point(NamedTuple):
    """An entry point of the group: a service's name and the module that offers it."""

    name: str
    module: str


@lru_cache(maxsize=1)
def service_points() -> tuple[Point, ...]:
    """Return every entry point of the group on the import path, sorted; a package is read where it is found first."""
    found: set[Point] = set()
    seen: set[str] = set()
    for folder in sys.path:
        try:
            names = sorted(os.listdir(folder or "."))  # noqa: PTH208 - on the fast path
        except OSError:
            continue
        for name in names:
            distribution = name.partition("-")[0].lower()
            if name.endswith(".dist-info") and distribution not in seen:
                seen.add(distribution)
                found.update(_read_points(os.path.join(folder, name, "entry_points.txt")))  # noqa: PTH118
    return tuple(sorted(found))


def _read_points(path: str) -> list[Point]:
    try:
        with open(path, encoding="utf-8") as file:  # noqa: PTH123 - on the fast path
            lines = file.read().splitlines()
    except OSError:
        return []
    points, inside = [], False
    for line in lines:
        text = line.strip()
        if text.startswith("["):
            inside = text == f"[{GROUP}]"
        elif inside and "=" in text and not text.startswith(("#", ";")):
            name, _, value = text.partition("=")
            points.append(Point(name.strip(), value.partition("[")[0].strip()))
    return points
