"""One environment, from its values file to its tree, index and report: what every command starts from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from aspects_gen import VERSION
from aspects_gen.errors import Finding, Position, ValuesError
from aspects_gen.services.points import service_points
from aspects_gen.tree.compare import is_intact
from aspects_gen.tree.fingerprint import digest_code, digest_inputs, package_folders
from aspects_gen.tree.index import read_index

LOCK = "images.lock.json"
GENERATOR = "generator"

NAME_RULE = "lower-case letters, digits and dashes, at most 40 characters"

LAYER_PREFIXES = ("_", "base")
"""A file whose name starts so is a layer that others extend, not an environment."""


class Place(NamedTuple):
    """Where an environment's values are and where its output goes."""

    name: str
    values_file: Path
    folder: Path

    @property
    def environments(self) -> Path:
        """Return the folder that holds the values files."""
        return self.values_file.parent

    @property
    def lock(self) -> Path:
        """Return the image lock file."""
        return self.environments / LOCK


def find_places(environments: Path, out: Path, names: list[str]) -> list[Place]:
    """Return the environments to work on: those named, or every values file of the folder.

    Raises:
        ValuesError: the folder or a named environment does not exist.
    """
    found = {
        path.stem: path
        for path in sorted(environments.glob("*.y*ml"))
        if path.suffix in (".yaml", ".yml") and not path.stem.startswith(LAYER_PREFIXES)
    }
    unknown = [name for name in names if name not in found]
    if unknown or not found:
        raise ValuesError([_missing(environments, name, found) for name in unknown or [""]])
    wrong = [name for name in names or found if not is_name(name)]
    if wrong:
        raise ValuesError([_bad_name(found[name], name) for name in wrong])
    return [Place(name, found[name], out / name) for name in names or found]


def is_name(name: str) -> bool:
    """Tell whether a name can be an environment's."""
    import re

    return re.fullmatch(r"[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?", name) is not None


def _bad_name(path: Path, name: str) -> Finding:
    at = Position(path.as_posix())
    fix = "rename the file: its name becomes part of object names"
    return Finding("AG106", at, "", "this cannot be an environment's name", name, NAME_RULE, fix)


def _missing(environments: Path, name: str, found: Mapping[str, Path]) -> Finding:
    at = Position(environments.as_posix())
    known = ", ".join(found) or "no values file"
    problem = f"there is no environment `{name}`" if name else "there is no environment here"
    fix = f"run `aspects-gen init {name or 'NAME'}`, or name the folder with --environments"
    return Finding("AG106", at, "", problem, known, "a values file NAME.yaml", fix)


def is_fresh(place: Place, code: str) -> bool:
    """Tell whether nothing that the output depends on has changed, and no file of it either."""
    index = read_index(place.folder)
    if index is None or index.inputs.get(GENERATOR) != code or index.generator != VERSION:
        return False
    names = [name for name in index.inputs if name != GENERATOR]
    present = digest_inputs([place.environments / name for name in names], place.environments)
    wanted = {name: value for name, value in index.inputs.items() if name != GENERATOR}
    return present == wanted and is_intact(place.folder, index)


def code_digest() -> str:
    """Return the digest of everything that generates."""
    return digest_code(package_folders(point.module for point in service_points()))
