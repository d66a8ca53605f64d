"""A campus on disk or on a stream: lines of events, files of rows."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from aspects_gen.demo.rows import Row
from aspects_gen.demo.timeline import Event

BATCH = 1000
"""Lines in one write: fewer calls, and still next to no memory."""

_ENCODER = json.JSONEncoder(ensure_ascii=False)


def format_row(event: Event) -> str:
    """Return an event as a JSON line of the raw table's columns."""
    identity, moment, text = event
    head = f'{{"event_id": "{identity}", "emission_time": "{moment}", "event": '
    return f"{head}{_ENCODER.encode(text)}}}\n"


def format_statement(event: Event) -> str:
    """Return an event as its own text."""
    return event[2] + "\n"


def format_log(event: Event) -> str:
    """Return an event as the LMS logs it, which is what Vector reads."""
    _, moment, text = event
    head = f"{moment[:19]},{moment[20:23]} INFO 21 [xapi_tracking] [user None] [ip 10.0.0.1]"
    return f"{head} logger.py:41 - {text}\n"


FORMATS: dict[str, tuple[str, Callable[[Event], str]]] = {
    "rows": ("xapi_events_all.jsonl", format_row),
    "statements": ("statements.jsonl", format_statement),
    "log": ("tracking.log", format_log),
}
"""What events can be written as: name to file name and the line of one event."""


def write_events(
    events: Iterable[Event],
    lines: IO[str],
    form: str,
    *,
    report: Callable[[int], None] = lambda _count: None,
) -> int:
    """Write events as lines and return how many.

    Args:
        report: called with the count now and then.
    """
    format_line = FORMATS[form][1]
    count, batch = 0, []
    for event in events:
        batch.append(format_line(event))
        if len(batch) == BATCH:
            lines.write("".join(batch))
            count += BATCH
            batch.clear()
            report(count)
    lines.write("".join(batch))
    return count + len(batch)


def write_rows(rows: Iterable[Row], lines: IO[str], form: str) -> int:
    """Write rows as `csv`, the way the sinks send them, or as `tsv`, and return how many."""
    count = 0
    if form == "csv":
        writer = csv.writer(lines, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
        for row in rows:
            writer.writerow(row)
            count += 1
        return count
    for row in rows:
        lines.write("\t".join(_escape(value) for value in row) + "\n")
        count += 1
    return count


def _escape(value: object) -> str:
    """Return a value as ClickHouse's TabSeparated reads it.

    None stands in integer columns only: 0, which is how the server reads the empty field of a CSV.
    """
    if value is None:
        return "0"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value).replace("\\", "\\\\")
    return text.replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


@contextmanager
def open_lines(path: Path, *, compress: bool = False) -> Iterator[IO[str]]:
    """Open a file for lines; compressed, its name gets `.gz` and its bytes carry no time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not compress:
        with path.open("w", encoding="utf-8", newline="") as lines:
            yield lines
        return
    packed = path.with_name(path.name + ".gz")
    with (
        packed.open("wb") as raw,
        gzip.GzipFile(filename="", mode="wb", fileobj=raw, compresslevel=6, mtime=0) as pressed,
        io.TextIOWrapper(pressed, encoding="utf-8", newline="") as lines,
    ):
        yield lines
