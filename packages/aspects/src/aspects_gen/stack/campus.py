"""The demo campus of a stack: who is there, and what they did until today."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

from aspects_gen.demo.campus import Campus, make_campus
from aspects_gen.demo.lrs import BATCH, Sender
from aspects_gen.demo.moments import read_day
from aspects_gen.demo.rows import stream_rows
from aspects_gen.demo.timeline import Event, stream_events
from aspects_gen.demo.writer import write_rows
from aspects_gen.verify.client import Client

STATEMENTS, DAYS, COURSES, LEARNERS = 6000, 42, 5, 120
SEED = 1


def plan(statements: int, today: date | None = None) -> dict[str, Any]:
    """Return the sizes of a campus whose last day was yesterday; kept, so that it stays the same campus.

    Args:
        statements: how many its people made.
        today: the day after its last one.
    """
    last = today or datetime.now(UTC).date()
    return {
        "statements": statements,
        "start": (last - timedelta(days=DAYS)).isoformat(),
        "days": DAYS,
        "courses": COURSES,
        "learners": LEARNERS,
        "seed": SEED,
    }


def make(planned: dict[str, Any]) -> Campus:
    """Return the campus."""
    return make_campus(
        planned["seed"],
        start=read_day(planned["start"]),
        days=planned["days"],
        courses=planned["courses"],
        learners=planned["learners"],
    )


def events(planned: dict[str, Any]) -> Iterator[Event]:
    """Yield what its people did, in time order."""
    return stream_events(make(planned), planned["statements"])


def batches(planned: dict[str, Any], size: int = BATCH) -> Iterator[list[str]]:
    """Yield the statements as Ralph gets them."""
    texts = (text for _, _, text in events(planned))
    while batch := list(islice(texts, size)):
        yield batch


def send(planned: dict[str, Any], sender: Sender) -> int:
    """Send every statement through Ralph and return how many; what it has already changes nothing."""
    count = 0
    for batch in batches(planned):
        sender.send(batch)
        count += len(batch)
    return count


def write_tables(planned: dict[str, Any], asking: Client, home: str, tables: list[str]) -> int:
    """Write what the LMS's event sinks would, and return how many rows.

    Args:
        planned: the campus.
        asking: the client of the sinks.
        home: database of the tables.
        tables: those that the environment's LMS fills.
    """
    count, campus = 0, make(planned)
    for table in tables:
        lines = io.StringIO()
        count += write_rows(stream_rows(campus, table), lines, "csv")
        asking.ask(f"INSERT INTO {home}.{table} FORMAT CSV", lines.getvalue().encode())
    return count


def busiest_course(planned: dict[str, Any]) -> str:
    """Return the key of the course with the most statements, by its first one where several have as many."""
    keys = [course.key for course in make(planned).courses]
    found: Counter[str] = Counter()
    for _, _, text in events(planned):
        found.update(key for key in keys if key in text)
    return max(keys, key=lambda key: found[key])
