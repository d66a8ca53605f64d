"""What cannot be in an operator's folder: kinds that nothing reads, names that are taken, rights too wide."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from aspects_gen.aspects.access import CLIENTS, RESERVED_DATABASES, RESERVED_USERS
from aspects_gen.aspects.extensions import GRANTS, closed_tables, folders_of
from aspects_gen.aspects.naming import BASE_SINK_TABLES, raw_tables
from aspects_gen.aspects.trees import read_tree
from aspects_gen.services.contract import Problem

KINDS = (
    "dbt/models, dbt/macros, dbt/tests, sql/*.sql, migrations/*.py, superset/**/*.yaml, "
    "superset/locale, grants.yaml, and *.md, which is left out"
)

_MACRO = re.compile(r"{%-?\s*(?:macro|test|materialization)\s+(\w+)")

Names = dict[str, str]
"""Name to who has it."""


def check_extensions(values: dict[str, Any]) -> Iterator[Problem]:
    """Yield everything that is wrong with the folders; each problem's path leads into a file."""
    aspects = values["aspects"]
    folders = folders_of(aspects)
    if not folders:
        return
    models, macros = _our_names(aspects)
    users = _our_users(values)
    readers: Names = {}
    for number, folder in enumerate(folders):
        own = {
            PurePosixPath(file["path"]).stem for file in folder["files"] if _is_model(file["path"])
        }
        for place, file in enumerate(folder["files"]):
            at = f"extensionFolders[{number}].files[{place}]"
            yield from _check_kind(at, file["path"])
            yield from _check_names(at, file, folder["name"], models, macros)
            yield from _check_described(at, file, own, models)
            if file["path"].startswith("sql/") and file["path"].endswith(".sql"):
                yield from _check_closed(at, file["text"])
            if file["path"] == GRANTS:
                yield from _check_grants(f"{at}.data", file["data"], aspects, users, readers)
    yield from _check_one_chain(folders)
    if any(file["path"].startswith("superset/") for f in folders for file in f["files"]):
        # only then: it reads all dashboards, which a build otherwise does not
        from aspects_gen.aspects.extension_dashboards import check_dashboards

        yield from check_dashboards(values, folders)


def _check_kind(at: str, path: str) -> Iterator[Problem]:
    parts = path.split("/")
    suffix = PurePosixPath(path).suffix
    known = (
        suffix == ".md"
        or path == GRANTS
        or (parts[0] == "sql" and len(parts) == 2 and suffix == ".sql")
        or (parts[0] == "migrations" and len(parts) == 2 and suffix == ".py")
        or (
            parts[0] == "dbt"
            and len(parts) > 2
            and parts[1] in ("models", "macros", "tests")
            and suffix in (".sql", ".yml", ".yaml")
        )
        or (parts[0] == "superset" and len(parts) > 1 and suffix == ".yaml")
        or (parts[:2] == ["superset", "locale"] and len(parts) == 5 and suffix == ".po")
    )
    if not known:
        yield (at, f"nothing reads {path}", KINDS, "move or remove the file")


def _check_one_chain(folders: list[dict[str, Any]]) -> Iterator[Problem]:
    """Yield revisions of a second folder: a site has one chain, recorded in one table."""
    first = ""
    for number, folder in enumerate(folders):
        for place, file in enumerate(folder["files"]):
            if not _is_revision(file["path"]):
                continue
            first = first or folder["name"]
            if folder["name"] != first:
                problem = f"the extension {first} has revisions of its own"
                expected, fix = "one chain of revisions", "bring them together in one folder"
                yield (f"extensionFolders[{number}].files[{place}]", problem, expected, fix)


def _is_revision(path: str) -> bool:
    return path.startswith("migrations/") and path.endswith(".py")


def _is_model(path: str) -> bool:
    return path.startswith("dbt/models/") and path.endswith(".sql")


def _our_names(aspects: dict[str, Any]) -> tuple[Names, Names]:
    """Return names of models and tables, and of macros, that are taken."""
    tables = [*BASE_SINK_TABLES, *(table for _, table in raw_tables(aspects))]
    models: Names = dict.fromkeys(tables, "a table of this deployment")
    macros: Names = {}
    for path, text in read_tree("apps/aspects/dbt").items():
        if path.startswith("models/") and path.endswith(".sql"):
            models[PurePosixPath(path).stem] = f"our model {path}"
        if path.startswith("macros/"):
            macros |= dict.fromkeys(_MACRO.findall(text), f"our macro in {path}")
    return models, macros


def _check_names(
    at: str, file: dict[str, Any], extension: str, models: Names, macros: Names
) -> Iterator[Problem]:
    """Yield names of models and macros that are taken, and take those that are free."""
    path = file["path"]
    found: list[tuple[str, Names, str]] = []
    if _is_model(path):
        found.append((PurePosixPath(path).stem, models, "model"))
    if path.startswith("dbt/macros/"):
        found += [(name, macros, "macro") for name in _MACRO.findall(file["text"])]
    for name, taken, kind in found:
        if name in taken:
            yield (
                at,
                f"the {kind} {name} is also {taken[name]}",
                f"a {kind} of a name of its own",
                f"rename it, for example {extension.replace('-', '_')}_{name}",
            )
        taken.setdefault(name, f"{path} of the extension {extension}")


def _check_described(
    at: str, file: dict[str, Any], own: set[str], models: Names
) -> Iterator[Problem]:
    """Yield models that a YAML file describes and the extension does not have: dbt would mix them with ours."""
    described = file.get("data", {}).get("models") if file["path"].startswith("dbt/") else None
    for place, entry in enumerate(described if isinstance(described, list) else []):
        name = entry.get("name") if isinstance(entry, dict) else None
        if name in own:
            continue
        if name in models:
            problem, fix = f"{name} is {models[name]}", "describe only models of this folder"
        else:
            problem, fix = f"there is no model {name}", f"add {name}.sql, or remove the entry"
        yield (f"{at}.data.models[{place}]", problem, "a model of this folder", fix)


def _check_closed(at: str, text: str) -> Iterator[Problem]:
    lines = [line.partition("--")[0].strip() for line in text.splitlines()]
    last = next((line for line in reversed(lines) if line), "")
    if last and not last.endswith(";"):
        fix = "end the last line with a semicolon"
        yield (at, "the last statement is not closed", "statements that end in ;", fix)


def _our_users(values: dict[str, Any]) -> Names:
    users: Names = dict.fromkeys(RESERVED_USERS, "of the server itself")
    users[values["clickhouse"]["admin"]["user"]] = "clickhouse.admin.user"
    for client in CLIENTS:
        users[values["aspects"]["clients"][client]["user"]] = f"aspects.clients.{client}.user"
    return users


def _check_grants(
    at: str, grants: dict[str, Any], aspects: dict[str, Any], users: Names, readers: Names
) -> Iterator[Problem]:
    closed = closed_tables(aspects)
    for client, entries in grants.get("clients", {}).items():
        for place, entry in enumerate(entries):
            here = f"{at}.clients.{client}[{place}].on"
            yield from _check_database(here, entry["on"])
            yield from _check_open(here, entry["on"], closed, client)
    for name, reader in grants.get("readers", {}).items():
        for place, entry in enumerate(reader["grants"]):
            yield from _check_database(f"{at}.readers.{name}.grants[{place}].on", entry["on"])
        expected = "a name of its own"
        if name in readers:
            problem = f"the reader {name} is also one of {readers[name]}"
            yield (f"{at}.readers.{name}", problem, expected, "rename one of the two")
        if reader["user"] in users:
            problem = f"the ClickHouse user {reader['user']} is also {users[reader['user']]}"
            fix = f"choose another, for example ch_{name}"
            yield (f"{at}.readers.{name}.user", problem, expected, fix)
        readers.setdefault(name, "another extension")
        users.setdefault(reader["user"], f"that of the reader {name}")


def _check_database(here: str, on: str) -> Iterator[Problem]:
    if on.partition(".")[0] in RESERVED_DATABASES:
        problem = f"{on} belongs to the ClickHouse server"
        yield (here, problem, "a database of events, models, or your own", "name another target")


def _check_open(here: str, on: str, closed: list[str], client: str) -> Iterator[Problem]:
    """Yield a target that holds personal or raw data: our clients keep the rights on it that they have."""
    inside = [table for table in closed if on in (table, f"{table.partition('.')[0]}.*")]
    if inside:
        problem = f"{on} holds personal or raw data ({', '.join(inside)})"
        expected = f"a table without such data; what {client} needs of it, it has"
        wide = on.endswith(".*")
        fix = "name the tables one by one, or make a reader" if wide else "make a reader for it"
        yield (here, problem, expected, fix)
