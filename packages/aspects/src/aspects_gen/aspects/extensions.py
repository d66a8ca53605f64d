"""What an operator's folders bring: dbt models, SQL, migrations and grants, each composed in beside our own.

A folder holds `dbt/`, `sql/`, `migrations/`, `superset/` and `grants.yaml`, each of them optional. They reach the
slice as plain data, `aspects.extensionFolders`: [{"name", "folder", "files": [{"path", "text", "data"}]}].
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from aspects_gen.aspects.naming import PERSONAL_TABLES, client_role, raw_tables

if TYPE_CHECKING:
    from aspects_gen.aspects.access import Grant

GRANTS = "grants.yaml"

READS = ("SELECT", "dictGet")
"""What a reader may be given."""

RIGHTS = (
    *READS,
    "INSERT",
    "ALTER TABLE",
    "ALTER DELETE",
    "ALTER UPDATE",
    "ALTER VIEW",
    "CREATE TABLE",
    "CREATE VIEW",
    "CREATE DICTIONARY",
    "DROP TABLE",
    "DROP VIEW",
    "DROP DICTIONARY",
    "TRUNCATE",
    "OPTIMIZE",
)
"""What a client may be given in addition: nothing that leads to more rights or out of the server."""

_TARGET = r"^[A-Za-z_][A-Za-z0-9_]{0,62}\.([A-Za-z_][A-Za-z0-9_]{0,126}|\*)$"


def folders_of(aspects: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the folders with their content."""
    found: list[dict[str, Any]] = aspects.get("extensionFolders", [])
    return found


def extension_schema(path: str) -> dict[str, Any] | None:
    """Return the JSON Schema of an extension's file; {} for other YAML, None for any other text.

    Args:
        path: inside the extension's folder.
    """
    if path == GRANTS:
        return _grants_schema()
    return {} if path.startswith("dbt/") and path.endswith((".yml", ".yaml")) else None


@lru_cache(maxsize=1)
def _grants_schema() -> dict[str, Any]:
    text = (Path(__file__).parent / "extension-grants.schema.json").read_text(encoding="utf-8")
    schema = text.replace('"$ref": "#/$defs/extensionRights"', _list_of(RIGHTS))
    loaded: dict[str, Any] = json.loads(
        schema.replace('"$ref": "#/$defs/extensionReads"', _list_of(READS))
    )
    return loaded


def _list_of(rights: tuple[str, ...]) -> str:
    """Return the schema of a list of grants, as the inside of a JSON object."""
    node = {
        "type": "array",
        "items": {
            "type": "object",
            "additionalProperties": False,
            "required": ["rights", "on"],
            "properties": {
                "rights": {
                    "description": "What may be done.",
                    "type": "array",
                    "minItems": 1,
                    "items": {"enum": list(rights)},
                },
                "on": {
                    "description": "database.table, or database.* for all of a database.",
                    "type": "string",
                    "pattern": _TARGET,
                    "x-expected": "database.table or database.*",
                },
            },
        },
    }
    return json.dumps(node)[1:-1]


class Brought(NamedTuple):
    """A file of an extension that becomes one of the deployment's."""

    kind: str
    """`dbt`, `sql`, `migrations` or `superset`."""
    path: str
    """Beside ours: in the dbt project, among the files of the access Job, alone, or below the name of the folder."""
    text: str
    origin: str
    """The operator's file, as errors show it."""


def list_brought(aspects: dict[str, Any]) -> Iterator[Brought]:
    """Yield every file that is composed in: models under a folder of the extension's name, SQL after ours."""
    for folder in folders_of(aspects):
        name = folder["name"]
        for file in folder["files"]:
            kind, _, inside = file["path"].partition("/")
            origin = f"{folder['folder']}/{file['path']}"
            if kind == "dbt" and not inside.endswith(".md"):
                part, _, rest = inside.partition("/")
                yield Brought(kind, f"{part}/extensions/{name}/{rest}", file["text"], origin)
            if kind == "sql" and inside.endswith(".sql"):
                yield Brought(kind, f"50-{name}-{inside}", file["text"], origin)
            if kind == "migrations" and inside.endswith(".py"):
                yield Brought(kind, inside, file["text"], origin)
            if kind == "superset" and not inside.endswith(".md"):
                yield Brought(kind, f"{name}/{inside}", file["text"], origin)


def brought_files(aspects: dict[str, Any], kind: str) -> dict[str, str]:
    """Return path to text of the files of one kind."""
    return {file.path: file.text for file in list_brought(aspects) if file.kind == kind}


def added_grants(aspects: dict[str, Any], client: str) -> list[Grant]:
    """Return the rights that extensions add to one of our clients."""
    return [
        grant
        for _, grants in _grants_files(aspects)
        for grant in _grants(grants.get("clients", {}).get(client, []))
    ]


def reader_logins(aspects: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return client id to user and Secret of every reader."""
    return {
        f"reader_{name}": {"user": reader["user"], "passwordSecret": reader["passwordSecret"]}
        for _, grants in _grants_files(aspects)
        for name, reader in sorted(grants.get("readers", {}).items())
    }


def reader_clients(aspects: dict[str, Any]) -> list[dict[str, Any]]:
    """Return every reader in the access model's shape.

    What is personal or raw it reads only where a grant names that very table.
    """
    closed = closed_tables(aspects)
    found = []
    for _, grants in _grants_files(aspects):
        for name, reader in sorted(grants.get("readers", {}).items()):
            given = _grants(reader["grants"])
            named = {on for _, on in given}
            wide = {on.removesuffix(".*") for on in named if on.endswith(".*")}
            withheld = [
                (("SELECT",), table)
                for table in closed
                if table.partition(".")[0] in wide and table not in named
            ]
            found.append(
                {
                    "id": f"reader_{name}",
                    "user": reader["user"],
                    "role": client_role(reader["user"]),
                    "secret": dict(reader["passwordSecret"]),
                    "profile": f"{reader['user']}_profile",
                    "grants": given,
                    "withheld": withheld,
                }
            )
    return found


def closed_tables(aspects: dict[str, Any]) -> list[str]:
    """Return database.table of everything that is personal, or raw."""
    sink = aspects["databases"]["eventSink"]
    raw = [f"{home}.{table}" for home, table in raw_tables(aspects)]
    return [*dict.fromkeys(raw), *(f"{sink}.{table}" for table in PERSONAL_TABLES)]


def _grants(entries: list[dict[str, Any]]) -> list[Grant]:
    return [(tuple(entry["rights"]), entry["on"]) for entry in entries]


def _grants_files(aspects: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (extension, its grants)."""
    for folder in folders_of(aspects):
        for file in folder["files"]:
            if file["path"] == GRANTS:
                yield folder["name"], file["data"]
