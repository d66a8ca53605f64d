"""Let the models read statements that are stored and that they have not read. Run by the CronJob aspects-unread.

An insert and what a materialized view makes of it are not one transaction. A server that is killed in
between keeps a statement in the raw table alone, and a sender that tries again hears that it is there.
Such statements are inserted once more, day by day; equal rows of the raw table replace each other.
Safe to repeat and to kill: what has been read is left out.
"""

from __future__ import annotations

import argparse
import os
import sys
from datetime import UTC, date, datetime, timedelta

import server
from moments import moment

SETTLING = timedelta(minutes=10)
"""What is younger may be on its way through the view, and is left to the next run."""

PROVED = 100
"""Statements of a day, at most, that are looked for again once they were inserted."""

DAY = timedelta(days=1)


def main() -> None:
    """Count first; then repair each day and prove it, unless only a count is wanted."""
    words = read_words()
    client = server.connect(os.environ["CLICKHOUSE_USER"], os.environ["CLICKHOUSE_PASSWORD"])
    for table in (raw_table(), parsed_table()):
        if str(client.command(f"EXISTS TABLE {table}")).strip() != "1":
            server.say(f"{table} is not there yet: models read everything when they are built")
            return
    found = {}
    for day in list_days(client, words.since, words.until):
        within = window(day, words.since, words.until)
        count, some = unread(client, within)
        if count:
            server.say(f"{day}: {count:,} statements are stored and unread")
            found[day] = (count, within, some)
    total = sum(count for count, _, _ in found.values())
    server.say(f"{total:,} statements are unread between {words.since} and {words.until}")
    if words.dry_run:
        return
    for day, (count, within, some) in found.items():
        client.command(insert(within))
        prove(client, day, within, some)
        server.say(f"{day}: {count:,} statements read")


def read_words() -> argparse.Namespace:
    """Return the range of time and whether only a count is wanted."""
    now = datetime.now(UTC)
    parser = argparse.ArgumentParser(description=__doc__)
    since = now - timedelta(days=int(os.environ.get("DAYS", "7")))
    parser.add_argument("--since", type=moment, default=since)
    parser.add_argument("--until", type=moment, default=now - SETTLING)
    parser.add_argument("--dry-run", action="store_true")
    return parser.parse_args()


def list_days(client, since: datetime, until: datetime) -> list[date]:
    """Return the days of UTC that have statements in the range, in order."""
    rows = client.query(
        f"SELECT DISTINCT toDate(emission_time, 'UTC') AS day FROM {raw_table()} "  # noqa: S608
        f"WHERE {between(since, until)} AND {kept()} ORDER BY day"
    ).result_rows
    return [day for (day,) in rows]


def window(day: date, since: datetime, until: datetime) -> str:
    """Return the condition of statements of one day that are in the range."""
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return between(max(start, since), min(start + DAY, until))


def between(since: datetime, until: datetime) -> str:
    """Return the condition of statements emitted from one moment until before another."""
    first, end = (f"toDateTime64('{it:%Y-%m-%d %H:%M:%S.%f}', 6, 'UTC')" for it in (since, until))
    return f"emission_time >= {first} AND emission_time < {end}"


def kept() -> str:
    """Return the condition of statements that retention keeps: views hide the others at once."""
    return f"{os.environ['KEPT_UNTIL']} > now()"


def lost(within: str) -> str:
    """Return what reads the raw rows of a range whose ids the models have not."""
    return (
        f"FROM {raw_table()} WHERE {within} AND {kept()} "  # noqa: S608  names of the values' own
        f"AND event_id NOT IN (SELECT event_id FROM {parsed_table()} WHERE {within})"
    )


def unread(client, within: str) -> tuple[int, list[str]]:
    """Return how many statements of a range no model has read, and the ids of some."""
    query = (
        f"SELECT uniqExact(event_id), groupUniqArray({PROVED})(toString(event_id)) {lost(within)}"
    )
    count, some = client.query(query).result_rows[0]
    return int(count), list(some)


def insert(within: str) -> str:
    """Return the statement that inserts them once more."""
    columns = "event_id, emission_time, event"
    # the server would drop a block that equals an earlier one before any view sees it
    end = "SETTINGS insert_deduplicate = 0"
    return f"INSERT INTO {raw_table()} ({columns}) SELECT {columns} {lost(within)} {end}"


def prove(client, day: date, within: str, some: list[str]) -> None:
    """Return when the models have these statements; exit with status 1 when not."""
    found = client.query(
        f"SELECT uniqExact(event_id) FROM {parsed_table()} "  # noqa: S608
        f"WHERE {within} AND event_id IN {{some:Array(UUID)}}",
        parameters={"some": some},
    ).result_rows[0][0]
    if int(found) < len(some):
        left = len(some) - int(found)
        sys.exit(
            f"{day}: {left} of {len(some)} statements are still unread although they were inserted "
            "again: build the models, then run this again"
        )


def raw_table() -> str:
    """Return the table that clients insert into."""
    return os.environ["RAW_TABLE"]


def parsed_table() -> str:
    """Return what shows every statement that the models have read."""
    return os.environ["PARSED_TABLE"]


if __name__ == "__main__":
    main()
