"""Build environments in tests: the same way the command line does, into a folder of the test's own."""

from __future__ import annotations

import subprocess
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from aspects_gen.compose.bundle import Bundle
from aspects_gen.environment import Place, find_places
from aspects_gen.generate import compose_place, generate
from aspects_gen.services.registry import discover_services

ROOT = Path(__file__).parent.parent
CASES = ROOT / "tests" / "cases"
ENVIRONMENTS = ROOT / "environments"

COMMITTED = tuple(sorted(path.stem for path in ENVIRONMENTS.glob("*.yaml")))
SITUATIONS = tuple(sorted(path.stem for path in CASES.glob("*.yaml")))


def place_of(name: str) -> Place:
    """Return the place of a committed environment or of a case."""
    folder = ENVIRONMENTS if name in COMMITTED else CASES
    return find_places(folder, ROOT / "generated", [name])[0]


@lru_cache(maxsize=64)
def bundle_of(name: str) -> Bundle:
    """Return a committed environment or a case, composed."""
    return compose_place(place_of(name), discover_services())


@lru_cache(maxsize=64)
def tree_of(name: str) -> dict[str, str]:
    """Return the files of a committed environment or a case."""
    return generate(place_of(name), discover_services(), "code").tree


def lay_down(tree: dict[str, str], folder: Path) -> Path:
    """Write a tree into a folder."""
    for path, text in tree.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return folder


def kustomize(folder: Path, kubectl: str) -> str:
    """Return what kustomize makes of a folder."""
    command = [kubectl, "kustomize", str(folder)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert not result.stderr, result.stderr
    return result.stdout


def objects_in(text: str) -> list[dict[str, Any]]:
    """Return the objects of a YAML stream."""
    return [o for o in yaml.load_all(text, Loader=yaml.CSafeLoader) if o]
