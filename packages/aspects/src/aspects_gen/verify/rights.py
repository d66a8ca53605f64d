"""What the access model lets a client do, and what no model may: the expectation that trying is held to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from aspects_gen.aspects.naming import PERSONAL_TABLES, client_role, raw_tables
from aspects_gen.errors import Failure

_ABOVE = {
    "ALTER DELETE": ("ALTER TABLE", "ALTER", "ALL"),
    "ALTER ADD COLUMN": ("ALTER COLUMN", "ALTER TABLE", "ALTER", "ALL"),
    "CREATE TABLE": ("CREATE", "ALL"),
    "CREATE VIEW": ("CREATE TABLE", "CREATE", "ALL"),
    "CREATE DICTIONARY": ("CREATE", "ALL"),
    "CREATE DATABASE": ("CREATE", "ALL"),
    "CREATE FUNCTION": ("CREATE", "ALL"),
    "DROP TABLE": ("DROP", "ALL"),
    "DROP VIEW": ("DROP TABLE", "DROP", "ALL"),
    "DROP DICTIONARY": ("DROP", "ALL"),
    "DROP DATABASE": ("DROP", "ALL"),
    "DROP FUNCTION": ("DROP", "ALL"),
    "CREATE USER": ("ACCESS MANAGEMENT", "ALL"),
    "ROLE ADMIN": ("ACCESS MANAGEMENT", "ALL"),
    "SYSTEM VIEWS": ("SYSTEM", "ALL"),
}
"""Privilege to those that contain or imply it. Source: ClickHouse documentation, GRANT, read 2026-11."""


def allows(client: dict[str, Any], privilege: str, on: str) -> bool:
    """Tell whether a client of the model may do something to all of `database.table`, `database.*` or `*.*`."""
    given = any(gives(rights, at, privilege, on) for rights, at in client["grants"])
    return given and not any(gives(rights, at, privilege, on) for rights, at in client["withheld"])


def gives(rights: Iterable[str], at: str, privilege: str, on: str) -> bool:
    """Tell whether some rights on one target hold a privilege on another."""
    return covers(at, on) and bool({privilege, *_ABOVE.get(privilege, ("ALL",))} & set(rights))


def covers(at: str, on: str) -> bool:
    """Tell whether a grant's target holds another: `*.*` and `db.*` hold what is below them."""
    return at in (on, "*.*") or (at.endswith(".*") and fnmatchcase(on, at))


class Never(NamedTuple):
    """Something that a client must not be able to do, whatever the model says."""

    clients: tuple[str, ...]
    """Ids that it holds for; empty for all but `but`."""
    but: tuple[str, ...]
    privilege: str
    targets: tuple[str, ...]
    why: str


def list_nevers(aspects: dict[str, Any]) -> list[Never]:
    """Return what must hold of every model of this deployment."""
    sink = aspects["databases"]["eventSink"]
    personal = tuple(f"{sink}.{table}" for table in PERSONAL_TABLES)
    raw = tuple(dict.fromkeys(f"{home}.{table}" for home, table in raw_tables(aspects)))
    homes = tuple(dict.fromkeys(f"{on.partition('.')[0]}.*" for on in (*raw, *personal)))
    writers = ("lrs", "vector", "sinks", "migrations")
    return [
        Never(("lrs", "vector", "reporting", "backup"), (), "SELECT", personal, "personal data"),
        Never(("vector", "reporting", "backup"), (), "SELECT", raw, "raw events"),
        Never((), writers, "INSERT", (*raw, *personal), "others' rows"),
        Never((), (), "DROP TABLE", (*raw, *personal), "the only copy of what happened"),
        Never((), (), "DROP DATABASE", homes, "the only copy of what happened"),
        Never((), ("migrations",), "ALTER ADD COLUMN", (*raw, *personal), "base tables"),
        Never((), (), "CREATE USER", ("*.*",), "a way to more rights"),
        Never((), (), "ROLE ADMIN", ("*.*",), "a way to more rights"),
    ]


def find_breaches(model: dict[str, Any], nevers: list[Never], file: str) -> Iterator[Failure]:
    """Yield what the model gives although nobody may have it."""
    for never in nevers:
        for client in model["clients"]:
            applies = not never.clients or client["id"] in never.clients
            if not applies or client["id"] in never.but:
                continue
            for on in never.targets:
                if allows(client, never.privilege, on):
                    problem = f"{client['user']} may {never.privilege} {on}: {never.why}"
                    fix = f"take the right from {client_role(client['user'])}"
                    yield Failure("rights", file, "", problem, fix)
