"""What is stored in the analytics databases: count it, change it. Used by both privacy scripts.

Stored is what holds rows of its own: tables and dictionaries. Views show nothing else.
"""

from __future__ import annotations

import os
import re
import sys
import time
from typing import NamedTuple

import server
import timers
from clickhouse_connect.driver.exceptions import Error

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.1, 5

WITHOUT_ROWS = ("View", "MaterializedView", "Null")


class Table(NamedTuple):
    """One stored table."""

    home: str
    name: str
    engine: str
    columns: dict[str, str]
    """Column to type."""
    keys: frozenset[str]
    """Columns that no update may touch."""

    @property
    def title(self) -> str:
        """Return database.table."""
        return f"{self.home}.{self.name}"

    @property
    def changeable(self) -> bool:
        """Tell whether rows can be deleted and updated."""
        return self.engine.endswith("MergeTree")


def run(main) -> None:
    """Run a script's main function; exit with what the server refused, without its statement.

    A statement may hold what is looked for, and this ends in a log.
    """
    try:
        main()
    except Error as error:
        said = re.split(r"In scope|[(]in query|[Ww]hile ", server.first_line(error))[0]
        sys.exit(f"ClickHouse refused: {said.strip()}")


def homes() -> list[str]:
    """Return the databases that may hold what came from learners."""
    return os.environ["DATABASES"].split()


def tables(client) -> list[Table]:
    """Return every stored table, by name."""
    columns = client.query(
        "SELECT database, table, name, type, is_in_partition_key OR is_in_sorting_key OR "
        "is_in_primary_key FROM system.columns WHERE database IN {homes:Array(String)} "
        "ORDER BY database, table, position",
        parameters={"homes": homes()},
    ).result_rows
    engines = client.query(
        "SELECT database, name, engine FROM system.tables WHERE database IN {homes:Array(String)} "
        "AND engine NOT IN {without:Array(String)} ORDER BY database, name",
        parameters={"homes": homes(), "without": list(WITHOUT_ROWS)},
    ).result_rows
    found = []
    for home, name, engine in engines:
        own = [row[2:] for row in columns if row[:2] == (home, name)]
        keys = frozenset(column for column, _, is_key in own if is_key)
        found.append(Table(home, name, engine, {c: kind for c, kind, _ in own}, keys))
    return found


def count(client, table: Table, where: str) -> int:
    """Return how many rows meet a condition, on all replicas together."""
    rows = client.query(f"SELECT count() FROM {everywhere(quoted(table))} WHERE {where}")
    return int(rows.result_rows[0][0])


def everywhere(table: str) -> str:
    """Return what reads a table on every replica of the cluster, if there is one."""
    cluster = os.environ.get("CLICKHOUSE_CLUSTER", "")
    return f"clusterAllReplicas('{cluster}', {table})" if cluster else table


def on_cluster() -> str:
    """Return the clause that repeats a statement on every replica, or nothing."""
    cluster = os.environ.get("CLICKHOUSE_CLUSTER", "")
    return f" ON CLUSTER '{cluster}'" if cluster else ""


def change(client, table: Table, action: str) -> None:
    """Delete or update rows, and return when every replica has done it.

    It is not the connection that waits, so that no time-out ends a long change; what is killed
    goes on in the server, and the next run waits for it.
    """
    client.command(
        f"ALTER TABLE {quoted(table)}{on_cluster()} {action} "
        "SETTINGS mutations_sync = 0, allow_nondeterministic_mutations = 1"
    )
    await_changes(client, table)


def await_changes(client, table: Table) -> None:
    """Return when no change of the table is under way; exit with status 1 when one failed."""
    pause: float = FIRST_PAUSE_SECONDS
    while True:
        rows = client.query(
            f"SELECT parts_to_do, latest_fail_reason FROM {everywhere('system.mutations')} "
            "WHERE database = {home:String} AND table = {name:String} AND NOT is_done",
            parameters={"home": table.home, "name": table.name},
        ).result_rows
        if not rows:
            return
        failed = [reason for _, reason in rows if reason]
        if failed:
            sys.exit(
                f"{table.title}: the server cannot change it: {failed[0].splitlines()[0][:300]}"
            )
        if pause >= LONGEST_PAUSE_SECONDS:
            server.say(f"{table.title}: {sum(parts for parts, _ in rows)} parts to do")
        time.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE_SECONDS)


def refresh(client) -> None:
    """Compute timed tables anew, each after those it reads.

    On a cluster every replica has a timer of its own, which no statement reaches; there the rows
    are changed where they are, and the timers do the rest.
    """
    if os.environ.get("CLICKHOUSE_CLUSTER"):
        return
    views = {name: (home, sql) for home, name, sql in timed(client)}
    plain = {name: sql for _, name, sql in defined(client, "engine = 'View'")}
    for name in timers.in_order({name: sql for name, (_, sql) in views.items()}, plain):
        home = views[name][0]
        client.command(f"SYSTEM REFRESH VIEW `{home}`.`{name}`")
        client.command(f"SYSTEM WAIT VIEW `{home}`.`{name}`")


def timed(client) -> list[tuple[str, str, str]]:
    """Return database, name and definition of every view that a timer refreshes."""
    return defined(
        client,
        "engine = 'MaterializedView' AND position(create_table_query, ' REFRESH ') > 0",
    )


def defined(client, which: str) -> list[tuple[str, str, str]]:
    """Return database, name and definition of what meets a condition on system.tables."""
    return client.query(
        "SELECT database, name, create_table_query FROM system.tables "
        f"WHERE database IN {{homes:Array(String)}} AND {which}",
        parameters={"homes": homes()},
    ).result_rows


def target_of(sql: str) -> str:
    """Return database.table that a timed view fills; empty when it cannot be told."""
    found = re.search(r" TO (\S+?)[ (\n]", sql)
    return found[1].replace("`", "") if found else ""


def quoted(table: Table) -> str:
    """Return database and table in backticks."""
    return f"`{table.home}`.`{table.name}`"
