"""The main job for one environment: values to tree, in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from aspects_gen import VERSION
from aspects_gen.compose.bundle import Bundle
from aspects_gen.compose.pipeline import build_tree, compose
from aspects_gen.compose.secrets import encrypted_folder
from aspects_gen.environment import GENERATOR, Place
from aspects_gen.images.lock import read_lock
from aspects_gen.lint.finding import LintFinding
from aspects_gen.lint.run import lint_bundle, refuse_errors
from aspects_gen.services.contract import Service
from aspects_gen.tree.fingerprint import digest_inputs
from aspects_gen.tree.index import Index, make_index
from aspects_gen.values.resolve import Values, resolve_values


@dataclass(frozen=True)
class Built:
    """An environment's output in memory."""

    tree: dict[str, str]
    index: Index
    findings: list[LintFinding]


def compose_place(place: Place, services: Mapping[str, Service]) -> Bundle:
    """Return an environment composed: every object, ordered.

    Raises:
        ValuesError: what is wrong with the values or the lock.
    """
    values = load_values(place, services)
    lock = read_lock(place.lock)
    return compose(values, services, lock.digest_of)


def load_values(place: Place, services: Mapping[str, Service]) -> Values:
    """Return an environment's complete values.

    Raises:
        ValuesError: what is wrong with them.
    """
    return resolve_values(place.values_file, Path.cwd(), services)


def generate(place: Place, services: Mapping[str, Service], code: str) -> Built:
    """Return an environment's files, their index and the lint's findings.

    Args:
        place: where its values are.
        services: every discovered service.
        code: digest of the generating code, for the index.

    Raises:
        ValuesError: what is wrong with the values, or a lint error.
    """
    bundle = compose_place(place, services)
    tree = build_tree(bundle)
    findings = lint_bundle(bundle, tree)
    refuse_errors(findings, bundle.values.layers)
    return Built(tree, make_index(VERSION, _inputs(place, bundle, code), tree), findings)


def _inputs(place: Place, bundle: Bundle, code: str) -> dict[str, str]:
    files = [*bundle.values.layers.files, place.lock]
    settings = bundle.settings["secrets"]
    if settings["provider"] in ("sealed-secrets", "sops"):
        folder = encrypted_folder(place.values_file, place.name, settings)
        files += [folder / f"{name}.yaml" for name in bundle.secrets]
    return {GENERATOR: code, **digest_inputs(files, place.environments)}
