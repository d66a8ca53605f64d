"""What a retirement looks for, as a row that its conditions read. Used by the retirement script.

Statements then name no learner, neither in a log nor in the server's list of changes, and a run
that was killed finds again what it knew.
"""

from __future__ import annotations

import os

import learners
import warehouse
from learners import Known
from warehouse import Table

COLUMNS = {"run": "String"}
COLUMNS |= dict.fromkeys((*Known._fields, "texts"), "Array(String)")
COLUMNS |= {"pattern": "String"}

SPARE = "+"
"""Ends the name of a run in the row that stands while the other is replaced."""


def table() -> Table:
    """Return the table that holds the rows while they last."""
    return Table(os.environ["EVENT_SINK_DATABASE"], "retiring_learners", "", COLUMNS, frozenset())


def create(client) -> None:
    """Make the table if it is missing."""
    engine = "ReplicatedMergeTree" if os.environ.get("CLICKHOUSE_CLUSTER") else "MergeTree"
    columns = ", ".join(f"`{name}` {kind}" for name, kind in COLUMNS.items())
    client.command(
        f"CREATE TABLE IF NOT EXISTS {warehouse.quoted(table())}{warehouse.on_cluster()} "
        f"({columns}) ENGINE = {engine} ORDER BY run"
    )


def read(client, run: str) -> list[Known]:
    """Return what earlier tries of a run had found out."""
    wanted = ", ".join(f"`{name}`" for name in Known._fields)
    rows = client.query(
        f"SELECT {wanted} FROM {warehouse.quoted(table())} WHERE {either(run)}"
    ).result_rows
    return [Known(*map(frozenset, row)) for row in rows]


def write(client, run: str, known: Known) -> None:
    """Put what is known in place of what an earlier try had put there, on every replica.

    It is written twice, one row after the other, so that a run that is killed leaves one of them:
    the records that it was made of may be gone.
    """
    row = [*(sorted(values) for values in known)]
    row += [learners.texts(known, pseudonym_key(client)), learners.pattern(known)]
    for name in (run + SPARE, run):
        delete(client, f"run = '{name}'")
        client.insert(
            "retiring_learners", [[name, *row]], column_names=list(COLUMNS), database=table().home
        )
        if os.environ.get("CLICKHOUSE_CLUSTER"):
            where = warehouse.on_cluster()
            client.command(f"SYSTEM SYNC REPLICA{where} {warehouse.quoted(table())}")
    delete(client, f"run = '{run}{SPARE}'")


def remove(client, run: str) -> None:
    """Forget a run."""
    delete(client, either(run))


def either(run: str) -> str:
    """Return the condition of the rows of a run, the spare one as well."""
    return f"run IN ('{run}', '{run}{SPARE}')"


def delete(client, where: str) -> None:
    """Remove rows, if there are any."""
    if warehouse.count(client, table(), where):
        warehouse.change(client, table(), f"DELETE WHERE {where}")


def pseudonym_key(client) -> str:
    """Return the key of pseudonyms; empty when there are none."""
    home = table().home
    if str(client.command(f"EXISTS TABLE `{home}`.`pseudonym_key`")).strip() != "1":
        return ""
    rows = client.query(f"SELECT value FROM `{home}`.`pseudonym_key`").result_rows
    return str(rows[0][0]) if rows else ""


def condition(wanted: Table, run: str) -> str:
    """Return the condition of a row that concerns the learners of a run; empty for none possible."""

    def known(column: str) -> str:
        return f"(SELECT `{column}` FROM {warehouse.quoted(table())} WHERE run = '{run}' LIMIT 1)"

    parts = []
    for column, kind in wanted.columns.items():
        if column in ("user_id", "username"):
            parts.append(f"has({known(column)}, toString(`{column}`))")
        elif kind == "UUID":
            if column.endswith("user_id"):
                parts.append(f"has({known('external_id')}, toString(`{column}`))")
        elif holds_text(kind):
            text = f"toString(`{column}`)"
            parts.append(f"multiSearchAnyCaseInsensitive({text}, {known('texts')})")
            parts.append(f"match({text}, {known('pattern')})")
    return " OR ".join(parts)


def holds_text(kind: str) -> bool:
    """Tell whether a type's values can mention somebody; states of aggregates hold hashes."""
    return ("String" in kind or kind.startswith("JSON")) and not kind.startswith("Aggregate")
