"""An operator's sources beside ours: everything under a name of its own, ours unchanged."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from .sources import FOLDERS, FRAGMENTS, Sources, dashboards_of, is_kept, read_sources
from .texts import Texts, read_texts

ROLES, RULES = "roles.yaml", "rls.yaml"
KINDS = "dashboards/SLUG.yaml, charts/SLUG.yaml, datasets/NAME.yaml, fragments.yaml, roles.yaml, rls.yaml"
LANGUAGE_MARK = " - "
"""Between a role and the language of its variant; such roles are made by the import."""


def read_added(folder: Path | None) -> tuple[dict[str, Sources], Texts, list[str]]:
    """Return what each folder below `folder` brings by its name, their catalogues, and what is wrong."""
    found: dict[str, Sources] = {}
    texts: Texts = {}
    problems = []
    for path in sorted(folder.iterdir()) if folder else []:
        # a mounted ConfigMap keeps its older versions in hidden folders
        if path.name.startswith(".") or not path.is_dir():
            continue
        found[path.name], wrong = read_sources(path)
        told, unread = read_texts(path / "locale")
        problems += [f"{path.name}/{problem}" for problem in wrong]
        problems += [f"{path.name}/locale/{problem}" for problem in unread]
        for language, catalogue in told.items():
            texts[language] = {**catalogue, **texts.get(language, {})}
    return found, texts, problems


def merge(
    ours: Sources, added: Mapping[str, Sources], roles: Collection[str]
) -> tuple[Sources, list[str]]:
    """Return everything together, and what cannot stand beside the rest as `FOLDER/FILE: KEY: ...`.

    Args:
        ours: path to content.
        added: name of an operator's folder to its sources.
        roles: names of Superset's roles that are not the operator's to define.
    """
    found = {**ours}
    problems = []
    for name, sources in sorted(added.items()):
        own = {_stem(path) for path in sources if path.startswith("datasets/")}
        own |= {str(sources[path].get("uuid")) for path in sources if path.startswith("datasets/")}
        for path, content in sources.items():
            place = f"{name}/{path}"
            if path == FRAGMENTS:
                problems += _taken(place, "", content, found.get(FRAGMENTS, {}), name)
                found[FRAGMENTS] = {**content, **found.get(FRAGMENTS, {})}
            elif path == ROLES:
                problems += _roles(place, content, found, roles)
                mine = _map(found.get(ROLES, {}), "roles")
                found[ROLES] = {"roles": {**_map(content, "roles"), **mine}}
            elif path == RULES:
                problems += _rules(place, content, found, own)
                rules = [*_rules_of(found.get(RULES, {})), *_rules_of(content)]
                found[RULES] = {**found.get(RULES, {}), "rules": rules}
            elif path.partition("/")[0] not in FOLDERS or path.count("/") != 1:
                problems.append(f"{place}: nothing reads this file, expected {KINDS}")
            elif is_kept(path, content):
                problems.append(
                    f"{place}: version: an export; write it as {KINDS.split(',')[0]} is"
                )
            elif path in found:
                problems.append(
                    f"{place}: there is a {path} already; call it {_prefixed(name, path)}"
                )
            else:
                found[path] = content
        problems += [*_slugs(name, sources), *_tables(name, sources, found)]
    return found, problems


def _slugs(name: str, sources: Sources) -> Iterator[str]:
    """Slugs are addresses for all of Superset, so that they begin with the folder's name."""
    start = name.replace("_", "-") + "-"
    for slug in dashboards_of(sources):
        if not slug.startswith(start):
            yield f"{name}/dashboards/{slug}.yaml: found the slug {slug}, expected {start}{slug}"


def _tables(name: str, sources: Sources, found: Sources) -> Iterator[str]:
    """Superset knows a table once for each connection, so that two datasets cannot be on it."""
    for path, content in sources.items():
        for other, known in found.items():
            table = content.get("table") if path.startswith("datasets/") else None
            if table and other != path and known.get("table") == table:
                yield (
                    f"{name}/{path}: table: {table} is the dataset {_stem(other)}; "
                    "use that one, or select from the table with sql"
                )


def _taken(
    place: str, before: str, names: Mapping[str, Any], known: Mapping[str, Any], folder: str
) -> Iterator[str]:
    for name in names:
        if name in known:
            other = f"{folder.replace('-', '_')}_{name}"
            yield f"{place}: {before}{name}: the name is taken; call it {other}"


def _roles(
    place: str, content: dict[str, Any], found: Sources, reserved: Collection[str]
) -> Iterator[str]:
    known = _map(found.get(ROLES, {}), "roles")
    for role in _map(content, "roles"):
        if role in reserved or role in known or LANGUAGE_MARK in role:
            yield f"{place}: roles.{role}: the role is defined elsewhere; give yours another name"


def _rules(
    place: str, content: dict[str, Any], found: Sources, own: Collection[str]
) -> Iterator[str]:
    """A rule that names a dataset goes before all others, so that it may name only those beside it."""
    known = {rule.get("name") for rule in _rules_of(found.get(RULES, {}))}
    for number, rule in enumerate(_rules_of(content)):
        if rule.get("name") in known:
            yield f"{place}: rules.{number}.name: {rule['name']} is also another rule; rename it"
        for entry, dataset in enumerate(rule.get("datasets") or []):
            if dataset not in own:
                yield (
                    f"{place}: rules.{number}.datasets.{entry}: found {dataset}, "
                    "expected a dataset of this folder: rules of others are not replaced"
                )


def _rules_of(content: dict[str, Any]) -> list[dict[str, Any]]:
    rules = content.get("rules")
    return [rule for rule in rules if isinstance(rule, dict)] if isinstance(rules, list) else []


def _map(content: dict[str, Any], key: str) -> dict[str, Any]:
    found = content.get(key)
    return found if isinstance(found, dict) else {}


def _stem(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".yaml")


def _prefixed(name: str, path: str) -> str:
    mark = "_" if path.startswith("datasets/") else "-"
    return f"{name.replace('-' if mark == '_' else '_', mark)}{mark}{_stem(path)}.yaml"
