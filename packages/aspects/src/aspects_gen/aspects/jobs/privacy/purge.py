"""Remove personal data that aspects.pii does not allow, and prove it. Run by the Job aspects-personal-data.

Safe to repeat and to kill: what is gone is not looked for again, and each change is whole. Runs
after the models, which by then read nothing that this removes.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import server
import warehouse
from warehouse import Table

PSEUDONYM = "^learner-[0-9a-f]{12}$"
"""How the models name a learner whose name they do not know."""

TEXT = ("String", "LowCardinality(String)", "Nullable(String)", "LowCardinality(Nullable(String))")

CLEARED = "toDateTime(parseDateTimeBestEffortOrZero(time_last_dumped)) + INTERVAL 1 SECOND"
"""When a copied enrolment's user name is due to be cleared: as soon as parts merge."""


def main() -> None:
    """Remove, then count what is left; exit with status 1 when anything is."""
    mode = os.environ["PII"]
    client = server.connect(os.environ["CLICKHOUSE_USER"], os.environ["CLICKHOUSE_PASSWORD"])
    start = client.command("SELECT toUnixTimestamp(now())")
    tables = warehouse.tables(client)
    keep_clearing(client, tables, wanted=mode != "on")
    for table in tables:
        empty_key(client, table, mode)
    if mode == "on":
        server.say("personal data is on: nothing else is removed")
        return
    for table in tables:
        remove_copies(client, table, mode)
    for table in tables:
        clear_names(client, table, mode)
    report(leftovers(client, mode, int(start)))


def report(left: list[str]) -> None:
    """Say that nothing is left, or exit with what is."""
    if left:
        sys.exit("personal data is left:\n  " + "\n  ".join(left))
    server.say("no personal data is left where aspects.pii forbids it")


def keep_clearing(client, tables: list[Table], *, wanted: bool) -> None:
    """Let the server clear user names of enrolments that are copied from now on, or stop it.

    The LMS sends them whatever its settings say, and names no columns when it inserts.
    """
    for table in tables:
        if not is_sink(table, "course_enrollment"):
            continue
        sql = client.command(f"SHOW CREATE TABLE {warehouse.quoted(table)}")
        there = "`username` String TTL" in str(sql).replace("\\n", "\n")
        if there == wanted:
            continue
        action = f"String TTL {CLEARED}" if wanted else "REMOVE TTL"
        client.command(
            f"ALTER TABLE {warehouse.quoted(table)}{warehouse.on_cluster()} "
            f"MODIFY COLUMN username {action} SETTINGS materialize_ttl_after_modify = 0"
        )
        server.say(f"{table.title}: user names {'are cleared from now on' if wanted else 'stay'}")


def empty_key(client, table: Table, mode: str) -> None:
    """Forget the key of pseudonyms when there are none."""
    if mode != "pseudonym" and is_sink(table, "pseudonym_key"):
        remove(client, table, "true")


def remove_copies(client, table: Table, mode: str) -> None:
    """Remove copies of records that the mode does not allow."""
    if is_sink(table, "user_profile") or (mode == "off" and is_sink(table, "external_id")):
        remove(client, table, "true")


def remove(client, table: Table, where: str) -> None:
    """Delete rows, and say how many."""
    found = warehouse.count(client, table, where)
    if found:
        warehouse.change(client, table, f"DELETE WHERE {where}")
        server.say(f"{table.title}: {found} rows removed")


def clear_names(client, table: Table, mode: str) -> None:
    """Clear user names, names and addresses wherever a table still holds them."""
    if not table.changeable or is_allowed(table, mode):
        return
    for column in personal_columns(table):
        where = forbidden(column, mode)
        found = 0 if column in table.keys else warehouse.count(client, table, where)
        if found:
            warehouse.change(client, table, f"UPDATE `{column}` = '' WHERE {where}")
            server.say(f"{table.title}: {column} cleared in {found} rows")


def leftovers(client, mode: str, start: int) -> list[str]:
    """Return a line for every column that still holds what it may not."""
    found = []
    for table in warehouse.tables(client):
        for about, where in forbidden_rows(table, mode, start):
            rows = warehouse.count(client, table, where)
            if rows:
                found.append(f"{table.title}: {rows} rows with {about}")
    return found


def forbidden_rows(table: Table, mode: str, start: int) -> Iterator[tuple[str, str]]:
    """Yield (what, condition) of rows that may not be there."""
    if is_sink(table, "user_profile") or (mode == "off" and is_sink(table, "external_id")):
        yield "a copied record", "true"
    elif not is_allowed(table, mode):
        for column in personal_columns(table):
            where = forbidden(column, mode)
            if is_sink(table, "course_enrollment"):
                # what came in meanwhile is cleared by the table itself
                where += f" AND toUnixTimestamp(parseDateTimeBestEffortOrZero(time_last_dumped)) < {start}"
            yield f"a {column}", where
    if "actor_id" in table.columns:
        yield (
            "an e-mail address as actor_id: build the models again",
            "position(actor_id, '@') > 0",
        )
        if mode == "pseudonym":
            ids = f"SELECT toString(external_user_id) FROM `{sink()}`.`external_id`"
            yield "an id of the LMS as actor_id: build the models again", f"actor_id IN ({ids})"


def forbidden(column: str, mode: str) -> str:
    """Return the condition of a row whose column holds what it may not."""
    shown = f" AND NOT match(`{column}`, '{PSEUDONYM}')"
    return f"`{column}` != ''{shown if mode == 'pseudonym' and column != 'email' else ''}"


def personal_columns(table: Table) -> list[str]:
    """Return the columns that name people: a `name` alone may be that of a course."""
    text = [name for name, kind in table.columns.items() if kind in TEXT]
    people = [name for name in ("username", "email") if name in text]
    return [*people, "name"] if people and "name" in text else people


def is_allowed(table: Table, mode: str) -> bool:
    """Tell whether a table may hold names: ids by user name, while there are pseudonyms."""
    return mode == "pseudonym" and is_sink(table, "external_id")


def is_sink(table: Table, name: str) -> bool:
    """Tell whether it is that table of the sink database."""
    return (table.home, table.name) == (sink(), name)


def sink() -> str:
    """Return the database of copied records."""
    return os.environ["EVENT_SINK_DATABASE"]


if __name__ == "__main__":
    warehouse.run(main)
