"""Folders of real files that reach a pod as a ConfigMap. Called by every job builder.

A ConfigMap is flat; composition gives each file its folder back where the ConfigMap is mounted.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).parent

SUFFIXES = (".py", ".sql", ".sh", ".yml", ".yaml")
"""What a mounted folder may hold."""


def read_tree(*folders: str) -> dict[str, str]:
    """Return relative path to text of every file below folders of this package, sorted.

    Files of several folders stand side by side, each under its path inside its own folder.
    """
    found = {}
    for folder in folders:
        root = PACKAGE / folder
        for path in sorted(root.rglob("*")):
            if path.suffix in SUFFIXES:
                found[path.relative_to(root).as_posix()] = path.read_text("utf-8")
    return dict(sorted(found.items()))


def config_volume(name: str) -> dict[str, Any]:
    """Return the pod volume of a ConfigMap; both bear the same name."""
    return {"name": name, "configMap": {"name": name}}


def mount(name: str, path: str) -> dict[str, Any]:
    """Return the read-only mount of a volume."""
    return {"name": name, "mountPath": path, "readOnly": True}
