"""Folders of real files that reach a pod as a ConfigMap. Called by every job builder.

A ConfigMap is flat; composition gives each file its folder back where the ConfigMap is mounted.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).parent

SUFFIXES = (".py", ".sql", ".sh", ".yml", ".yaml")
"""What a mounted folder may hold."""


def read_tree(*folders: str) -> dict[str, str]:
    """Return relative path to text of every file below folders of this package, sorted.

    Files of several folders stand side by side, each under its path inside its own folder.
    """
    found: dict[str, str] = {}
    for folder in folders:
        found |= _read_folder(folder)
    return dict(sorted(found.items()))


@lru_cache(maxsize=32)  # the environments of one build share the package's files
def _read_folder(folder: str) -> dict[str, str]:
    found = {}
    root = os.path.join(PACKAGE, folder, "")  # noqa: PTH118  hundreds of files in each build
    for top, _, names in os.walk(root):
        for name in names:
            if name.endswith(SUFFIXES):
                path = os.path.join(top, name)  # noqa: PTH118
                with open(path, "rb") as file:  # noqa: PTH123
                    found[path[len(root) :].replace(os.sep, "/")] = file.read().decode()
    return found


def config_volume(name: str) -> dict[str, Any]:
    """Return the pod volume of a ConfigMap; both bear the same name."""
    return {"name": name, "configMap": {"name": name}}


def mount(name: str, path: str) -> dict[str, Any]:
    """Return the read-only mount of a volume."""
    return {"name": name, "mountPath": path, "readOnly": True}
