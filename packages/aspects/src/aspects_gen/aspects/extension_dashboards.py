"""What is wrong with the dashboards of an operator's folder: the checks of the import, at build."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from aspects_gen.aspects.jobs.init.superset import dashboards as assets
from aspects_gen.aspects.trees import PACKAGE
from aspects_gen.services.contract import Problem

EXPECTED = "what docs/how-to/add-your-own-dashboards.md describes"
PUBLIC = "Public"


def check_dashboards(values: dict[str, Any], folders: list[dict[str, Any]]) -> Iterator[Problem]:
    """Yield every problem at the file of the folder that has it."""
    places, texts = {}, {}
    for number, folder in enumerate(folders):
        own: dict[str, str] = {}
        for place, file in enumerate(folder["files"]):
            kind, _, inside = file["path"].partition("/")
            if kind == "superset" and inside.endswith(".yaml"):
                at = f"extensionFolders[{number}].files[{place}]"
                # the import names a file by its folder where folders meet, else by its path alone
                places[f"{folder['name']}/{inside}"] = at
                places.setdefault(inside, at)
                own[inside] = file["text"]
        texts[folder["name"]] = own
    first = next(iter(places.values()), "extensionFolders")
    for problem in _problems(values, folders, texts):
        file, _, rest = problem.partition(": ")
        path = file.partition(":")[0]
        told = rest if path in places and path == file else problem
        yield (places.get(path, first), told, EXPECTED, "correct the file")


def _problems(
    values: dict[str, Any], folders: list[dict[str, Any]], texts: dict[str, dict[str, str]]
) -> list[str]:
    ours, problems = assets.read_sources(PACKAGE / "apps" / "superset" / "assets")
    added: dict[str, assets.Sources] = {}
    for name, own in texts.items():
        added[name], wrong = assets.parse(own)
        problems += [f"{name}/{problem}" for problem in wrong]
    roles = values["superset"]["roles"]
    sources, clashing = assets.merge(ours, added, [*roles.values(), PUBLIC])
    problems += clashing
    if problems:
        return problems
    relations = assets.read_relations(PACKAGE / "apps" / "aspects" / "dbt")
    return assets.find_problems(sources, relations | _their_relations(folders, sources))


def _their_relations(folders: list[dict[str, Any]], sources: assets.Sources) -> assets.Relations:
    """Return the operator's own models with the columns that datasets expect: dbt checks those."""
    models = {
        PurePosixPath(file["path"]).stem
        for folder in folders
        for file in folder["files"]
        if file["path"].startswith("dbt/models/")
    }
    found: assets.Relations = {}
    for path, content in sources.items():
        table = str(content.get("table", "")) if path.startswith("datasets/") else ""
        if table.rpartition(".")[2] in models:
            columns = content.get("columns") or {}
            found[table] = {name: _stored(given) for name, given in columns.items()}
    return found


def _stored(given: Any) -> str:
    kind = given.get("type") if isinstance(given, dict) else given
    return "DateTime" if kind in ("date", "time") else "String"
