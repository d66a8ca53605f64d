"""Remove learners everywhere, and prove it. Run by hand as the Job aspects-retire.

Safe to repeat and to kill: records that tie ids to people go last, and what was found out is kept
until nothing is left.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import learners
import notice
import server
import tracing
import warehouse
from warehouse import Table

PERSONAL = ("user_profile", "external_id", "course_enrollment")
"""Copied records that tie ids to people."""

WHOSE = ("actor_id", "external_user_id", "user_id", "username", "email")
"""Columns by which a row belongs to one learner. Of others only raw events are removed: a course
that mentions somebody is for a person to change."""

UNSEARCHED = ("retiring_learners", "pseudonym_key")


def main() -> None:
    """Find out, remove, prove; exit with status 1 when anything is left."""
    given = learners.read(Path(os.environ["LEARNERS"]))
    client = server.connect(
        os.environ["CLICKHOUSE_USER"],
        os.environ["CLICKHOUSE_PASSWORD"],
        settings={**server.SETTINGS, "log_queries": 0},
    )
    again = find_out(client, given)
    # what a timer only adds to is cleaned first, since what a timer replaces is made of it
    timers = [sql for _, _, sql in warehouse.timed(client) if " APPEND " not in sql]
    timed = {warehouse.target_of(sql) for sql in timers}
    everything = searched(client)
    personal = [table for table in everything if is_personal(table)]
    events = [t for t in everything if t not in personal and t.title not in timed]
    removed = sum(remove(client, table, given.run) for table in events)
    # with the records still there, a run that ends here can be repeated with the same list
    prove(client, [table for table in events if is_removable(table)], given.run)
    removed += sum(remove(client, table, given.run) for table in personal)
    if removed or again:
        warehouse.refresh(client)
    everything = searched(client)
    removed += sum(remove(client, t, given.run) for t in everything if t.title in timed)
    prove(client, everything, given.run)
    notice.remove(client, given.run)
    server.say(f"done: {removed} rows removed, nothing left in {len(everything)} tables")


def find_out(client, given: learners.Known) -> bool:
    """Write down everything that is known of the learners; return whether an earlier try did not end."""
    notice.create(client)
    known = tracing.trace(client, given)
    tries = notice.read(client, given.run)
    for earlier in tries:
        known = known.also(**earlier._asdict())
    notice.write(client, given.run, known)
    found = ", ".join(f"{len(values)} of kind {kind}" for kind, values in known._asdict().items())
    server.say(f"looking for {found}")
    return bool(tries)


def searched(client) -> list[Table]:
    """Return every table that is searched."""
    return [table for table in warehouse.tables(client) if table.name not in UNSEARCHED]


def remove(client, table: Table, run: str) -> int:
    """Remove the learners' rows from a table, and return how many there were."""
    if not is_removable(table):
        return 0
    where = notice.condition(table, run)
    found = warehouse.count(client, table, where)
    if found:
        warehouse.change(client, table, f"DELETE WHERE {where}")
        server.say(f"{table.title}: {found} rows removed")
    return found


def prove(client, tables: list[Table], run: str) -> None:
    """Return when no table mentions the learners; exit with status 1 and the names of those that do."""
    left = []
    for table in tables:
        where = notice.condition(table, run)
        found = warehouse.count(client, table, where) if where else 0
        if found:
            left.append(f"  {table.title}: {found} rows")
    if left:
        sys.exit("learners are still mentioned; repeat with the same list\n" + "\n".join(left))


def is_removable(table: Table) -> bool:
    """Tell whether the rows of a table belong to one learner each."""
    raw = os.environ["EVENT_TABLES"].split()
    return table.changeable and (
        table.title in raw or any(name in table.columns for name in WHOSE)
    )


def is_personal(table: Table) -> bool:
    """Tell whether a table ties ids to people."""
    return table.home == os.environ["EVENT_SINK_DATABASE"] and table.name in PERSONAL


if __name__ == "__main__":
    warehouse.run(main)
