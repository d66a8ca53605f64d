"""One environment, from its values file to its tree, index and report: what every command starts from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from aspects_gen import VERSION
from aspects_gen.errors import FIX, Finding, Position, UsageError, ValuesError
from aspects_gen.images import LOCK
from aspects_gen.services.points import service_points
from aspects_gen.tree.compare import is_intact
from aspects_gen.tree.fingerprint import digest_code, digest_inputs, package_folders
from aspects_gen.tree.index import read_index

GENERATOR = "generator"

LAYER_PREFIXES = ("_", "base")
"""A file whose name starts so is a layer that others extend, not an environment."""

NAME_RULE = "lower-case letters, digits and dashes, at most 40 characters, not starting with base"

SUFFIXES = (".yaml", ".yml")


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
    """Return the environments to work on: those named, each once, or every values file of the folder.

    Hidden files (`.sops.yaml`, an editor's) are none.

    Raises:
        ValuesError: the folder or a named environment does not exist, has two files, or a name that cannot be.
    """
    found = _values_files(environments)
    chosen = list(dict.fromkeys(names)) or list(found) or [""]
    findings = [
        finding for name in chosen if (finding := _judge(environments, name, found)) is not None
    ]
    if findings:
        raise ValuesError(findings)
    return [Place(name, found[name][0], out / name) for name in chosen]


def _values_files(environments: Path) -> dict[str, list[Path]]:
    """Return each environment's files by its name; more than one is the operator's mistake."""
    found: dict[str, list[Path]] = {}
    if environments.is_dir():
        for path in sorted(environments.iterdir()):
            if path.suffix in SUFFIXES and not path.stem.startswith((".", *LAYER_PREFIXES)):
                found.setdefault(path.stem, []).append(path)
    return found


def _judge(environments: Path, name: str, found: Mapping[str, list[Path]]) -> Finding | None:
    """Return what keeps a name from being worked on."""
    files = found.get(name, [])
    if not files:
        return _missing(environments, name, found)
    at = Position(files[0].as_posix())
    if len(files) > 1:
        both = ", ".join(path.name for path in files)
        problem = "this environment has two values files"
        return Finding("AG106", at, "", problem, both, "one file", "remove or rename one of them")
    if not is_name(name):
        fix = "rename the file: its name becomes part of object names"
        problem = "this cannot be an environment's name"
        return Finding("AG106", at, "", problem, name, NAME_RULE, fix)
    return None


def _missing(environments: Path, name: str, found: Mapping[str, list[Path]]) -> Finding:
    at = Position(environments.as_posix())
    known = ", ".join(found) or ("no values file" if environments.is_dir() else "no such folder")
    problem = f"there is no environment `{name}`" if name else "there is no environment here"
    fix = _advise(environments, name, found)
    return Finding("AG106", at, "", problem, known, "a values file NAME.yaml", fix)


def _advise(environments: Path, name: str, found: Mapping[str, list[Path]]) -> str:
    """Return what to write for a name that has no values file."""
    from difflib import get_close_matches

    if any((environments / f"{name}{suffix}").is_file() for suffix in SUFFIXES) and name:
        return f"files that start with `_` or `base` are layers: name what extends {name}, or rename it"
    near = get_close_matches(Path(name).stem, found, n=1)
    if near:
        return f"write `{near[0]}`"
    start = name if is_name(name) else "NAME"
    return f"run `aspects-gen init {start}`, or name the folder with --environments"


def is_name(name: str) -> bool:
    """Tell whether a name can be an environment's: part of object names, and no layer's."""
    import re

    fits = re.fullmatch(r"[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?", name) is not None
    return fits and not name.startswith(LAYER_PREFIXES)


def require_name(name: str) -> None:
    """Refuse a name that no new environment can have.

    Raises:
        UsageError: it cannot.
    """
    if not is_name(name):
        raise UsageError(f"{name}: this cannot be an environment's name{FIX}use {NAME_RULE}")


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
