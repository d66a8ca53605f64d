"""What a database holds before anything is changed, and whether migrations may go on from there.

Used by migrate.py. Reads only. A site that Tutor ran is at the public revision 0041 and goes on
from it as it is; whatever else was found is refused as a whole, with what to do.
"""

from __future__ import annotations

import os

import server

HEAD = "0041"
"""Newest revision of the public migrations, from which ours go on.

Source: Aspects Tutor plugin 6.1.0, alembic/versions, read 2026-11.
"""

EARLIER = frozenset(
    f"{number:04}" for number in (1, 2, 7, 8, 10, 11, 14, 15, 16, 17, 20, 23, *range(26, 41))
)
"""The public revisions before it. Source: as above."""

VERSION_TABLE = "alembic_version"

FINISH = (
    "let the Aspects plugin for Tutor finish its own migrations (`tutor k8s do init "
    "--limit=aspects` or `tutor local do init --limit=aspects`, plugin 3.0 or newer), "
    "then run this again"
)


def judge(client, known: set[str], tables: dict[tuple[str, str], list[tuple[str, str]]]) -> str:
    """Return the revision that a database is at, empty for a new one.

    Args:
        client: connection that may read system tables and the version table.
        known: ids of our revisions.
        tables: (database, table) to its (column, type), as the public head leaves them.

    Raises:
        SystemExit: with one message, when migrations must not go on.
    """
    home = os.environ["MIGRATIONS_DATABASE"]
    versions = read_versions(client, home)
    if not versions:
        return ""
    found = versions[0]
    where = f"{home}.{VERSION_TABLE}"
    if len(versions) > 1:
        _refuse(
            f"{where} holds {len(versions)} revisions at once ({', '.join(sorted(versions))})",
            "one row",
            "find out which one the tables are at, and delete the others",
        )
    if found in EARLIER:
        _refuse(f"{where} is at the public revision {found}", f"{HEAD}, or none", FINISH)
    if found not in known:
        _refuse(
            f"{where} is at revision {found}, which this release does not know",
            f"{', '.join(sorted(known))}, or none",
            "use the release of these Jobs that made it, or a newer one; where the Aspects plugin "
            "for Tutor made it, a release of ours that goes on from there",
        )
    if found == HEAD:
        _check_tables(client, tables)
    return found


def read_versions(client, home: str) -> list[str]:
    """Return the revisions that are recorded; a table that keeps the newest row shows that one."""
    engine = client.query(
        "SELECT engine FROM system.tables WHERE database = {home:String} AND name = {name:String}",
        parameters={"home": home, "name": VERSION_TABLE},
    ).result_rows
    if not engine:
        return []
    final = " FINAL" if "Replacing" in engine[0][0] else ""
    table = f"`{home}`.`{VERSION_TABLE}`{final}"
    rows = client.query(f"SELECT DISTINCT version_num FROM {table}")  # noqa: S608  our own name
    return [row[0] for row in rows.result_rows]


def _check_tables(client, tables: dict[tuple[str, str], list[tuple[str, str]]]) -> None:
    """Refuse tables that those who insert without naming columns could not fill."""
    problems = []
    for (home, table), columns in tables.items():
        rows = client.query(
            "SELECT name, type FROM system.columns WHERE database = {home:String} "
            "AND table = {name:String} ORDER BY position",
            parameters={"home": home, "name": table},
        ).result_rows
        found = [(row[0], row[1]) for row in rows]
        if found and found != columns:
            problems.append(f"  {home}.{table}: {_difference(found, columns)}")
        if found and os.environ.get("CLICKHOUSE_CLUSTER"):
            problems += _unreplicated(client, home, table)
    if problems:
        _refuse(
            f"at revision {HEAD} tables differ from what that revision makes:\n"
            + "\n".join(problems),
            "the same columns in the same order, since the LMS inserts without naming them",
            "change the tables by hand to what is expected, or copy their rows into new ones; "
            "nothing was changed here",
        )


def _difference(found: list[tuple[str, str]], expected: list[tuple[str, str]]) -> str:
    """Return the first column that differs."""
    for place in range(max(len(found), len(expected))):
        is_, should = (
            " ".join(columns[place]) if place < len(columns) else "none"
            for columns in (found, expected)
        )
        if is_ != should:
            return f"column {place + 1} is {is_}, expected {should}"
    return "nothing"


def _unreplicated(client, home: str, table: str) -> list[str]:
    """Return a table that is on one server only although this deployment has several."""
    engine = client.query(
        "SELECT engine FROM system.tables WHERE database = {home:String} AND name = {name:String}",
        parameters={"home": home, "name": table},
    ).result_rows[0][0]
    if engine.startswith(("Replicated", "Shared")):
        return []
    return [f"  {home}.{table}: engine {engine} is on one server, expected Replicated{engine}"]


def _refuse(found: str, expected: str, fix: str) -> None:
    raise SystemExit(
        f"refused before any change.\nFound: {found}\nExpected: {expected}\nFix: {fix}"
    )


def say_where(found: str) -> None:
    """Print where a run goes on from."""
    if not found:
        server.say("a new database: every revision runs")
    elif found == HEAD:
        server.say(f"tables of the public revision {HEAD} are taken over as they are")
    else:
        server.say(f"at revision {found}")
