"""A database that Tutor's Aspects left, before and after the environment's own migrations."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from aspects_gen.aspects.naming import migrations_database
from aspects_gen.errors import Failure
from aspects_gen.verify.client import Client
from aspects_gen.verify.tutor_site import PUBLIC, base_statements

TIMES = ("emission_time", "time")
"""Columns that say how old a row is: retention would drop one that is too old."""

Contents = dict[str, str]
"""database.table to number of rows and digest of them."""


def list_names(aspects: dict[str, Any]) -> dict[str, str]:
    """Return the public name of each base table to this site's."""
    databases, tables = aspects["databases"], aspects["tables"]
    homes = {
        "xapi": databases["xapi"],
        "openedx": databases["vector"],
        "event_sink": databases["eventSink"],
    }
    own = {"xapi_events_all": tables["rawXapi"], "_tracking": tables["trackingLogs"]}
    found = {}
    for public in PUBLIC:
        home, _, table = public.partition(".")
        name = own.get(table, table) if home != "event_sink" else table
        found[public] = f"`{homes[home]}`.`{name}`"
    return found


def leave_tables(owner: Client, aspects: dict[str, Any]) -> None:
    """Make the public tables with a row in each, at the public head."""
    names = list_names(aspects)
    for statement in base_statements(names, f"`{migrations_database(aspects)}`"):
        owner.ask(statement)
    now = owner.ask("SELECT now()").strip()
    for public, table in names.items():
        columns = [column.partition(" ")[0] for column in PUBLIC[public]["columns"]]
        row = {name: now for name in columns if name in TIMES}
        data = json.dumps(row).encode()
        owner.ask(f"INSERT INTO {table} FORMAT JSONEachRow", data)


def read_contents(owner: Client, aspects: dict[str, Any]) -> Contents:
    """Return what the public columns of each base table hold."""
    found = {}
    for public, table in list_names(aspects).items():
        columns = ", ".join(f"`{c.partition(' ')[0]}`" for c in PUBLIC[public]["columns"])
        sql = f"SELECT count(), groupBitXor(cityHash64({columns})) FROM {table}"
        found[table] = owner.ask(sql).strip()
    return found


def read_columns(owner: Client, databases: list[str]) -> dict[str, str]:
    """Return database.table to its columns and their types, in order."""
    homes = ", ".join(f"'{name}'" for name in databases)
    sql = (
        "SELECT concat(database, '.', table),"
        " arrayStringConcat(groupArray(concat(name, ' ', type)), ', ')"
        f" FROM (SELECT * FROM system.columns WHERE database IN ({homes})"
        " ORDER BY database, table, position) GROUP BY 1 ORDER BY 1"
    )
    return {row[0]: row[1] for row in owner.rows(sql)}


def find_losses(before: Contents, after: Contents, file: str) -> Iterator[Failure]:
    """Yield tables whose rows are not what they were."""
    for table, held in before.items():
        if after[table] != held:
            shown = f"before: {held}\nafter:  {after[table]}"
            problem = f"adoption changed the rows of {table} (count, digest)"
            yield Failure("adoption", file, shown, problem, "change no row in a migration")


def find_differences(
    fresh: dict[str, str], adopted: dict[str, str], file: str
) -> Iterator[Failure]:
    """Yield tables that an adopted database has otherwise than a new one."""
    for table in sorted(fresh.keys() | adopted.keys()):
        new, old = fresh.get(table, "no such table"), adopted.get(table, "no such table")
        if new != old:
            problem = f"{table} differs between a new database and an adopted one"
            fix = "let a migration bring both to one shape"
            yield Failure("adoption", file, f"new:     {new}\nadopted: {old}", problem, fix)
