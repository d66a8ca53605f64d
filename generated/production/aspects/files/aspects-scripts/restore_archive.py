"""Insert archived statements into the raw table again, hour by hour of their arrival. Safe to repeat and to kill.

What the table has already is left out, so that models fed by inserts see nothing twice.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta

import server
from moments import moment

STRUCTURE = "event_id String, emission_time String, event String"
"""What Vector writes, one JSON object a line."""


def main() -> None:
    """Insert every hour of the range; an hour without objects gives nothing."""
    client = server.connect(os.environ["CLICKHOUSE_USER"], os.environ["CLICKHOUSE_PASSWORD"])
    table = f"`{os.environ['RAW_DATABASE']}`.`{os.environ['RAW_TABLE']}`"
    since, until = (moment(os.environ[name]) for name in ("SINCE", "UNTIL"))
    total = 0
    for hour in hours(since, until):
        before = count(client, table)
        client.command(insert(table, archived(hour)))
        added = count(client, table) - before
        total += added
        server.say(f"{hour:%Y-%m-%d %H}: {added:,} rows more")
    server.say(f"{total:,} rows more in {table}")


def hours(since: datetime, until: datetime) -> list[datetime]:
    """Return the full hours that the range touches, in order."""
    first = since.replace(minute=0, second=0, microsecond=0)
    found = []
    while first < until:
        found.append(first)
        first += timedelta(hours=1)
    return found


def archived(hour: datetime) -> str:
    """Return the table function that reads an hour's objects; the server hides its secrets in logs."""
    place = f"{os.environ['ARCHIVE_URL']}/{hour:%Y/%m/%d/%H}/*"
    words = [place, os.environ["ARCHIVE_KEY"], os.environ["ARCHIVE_SECRET"]]
    if not words[1]:
        words[1:] = []  # what the platform gives the server
    words += ["JSONEachRow", STRUCTURE, "zstd"]
    return f"s3({', '.join(map(literal, words))})"


def insert(table: str, source: str) -> str:
    """Return the statement that adds what the table does not have; an unreadable row is left out.

    What the table has is looked up between the first and the last moment of the source alone.
    """
    when = "parseDateTime64BestEffortOrNull(emission_time, 6)"
    there = (
        f"SELECT event_id, emission_time FROM {table} "  # noqa: S608  names of the values' own
        f"WHERE emission_time >= (SELECT min({when}) FROM {source}) "
        f"AND emission_time <= (SELECT max({when}) FROM {source})"
    )
    return (
        f"INSERT INTO {table} (event_id, emission_time, event) "  # noqa: S608
        "SELECT assumeNotNull(id), assumeNotNull(time), text FROM ("
        f"SELECT toUUIDOrNull(event_id) AS id, {when} AS time, any(event) AS text "
        f"FROM {source} GROUP BY id, time) AS found "
        "WHERE isNotNull(id) AND isNotNull(time) "
        f"AND (assumeNotNull(id), assumeNotNull(time)) NOT IN ({there})"
    )


def count(client, table: str) -> int:
    """Return the table's rows, duplicates among them."""
    return int(client.query(f"SELECT count() FROM {table}").result_rows[0][0])  # noqa: S608


def literal(text: str) -> str:
    """Return a text as a string of SQL."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


if __name__ == "__main__":
    main()
