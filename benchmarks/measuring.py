"""What the benchmarks of the data plane share: CPU of the engine's process, copies of a campus, tables of text."""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from warehouse import Warehouse, make_campus  # noqa: E402  only there after the line above

RAW = "xapi.xapi_events_all"
EVENTS_PER_DAY = 7_000_000
REFRESH_SECONDS = 600
"""Default of `aspects.refresh` for learners and videos."""

OTHER_SECONDS = {"dim_course_blocks": 1800, "user_pii": 120, "learner_names": 120}
"""Views on other timers: the course structure's, and that of names (`aspects.caches`)."""

SETS = 5
"""Copies of the campus that share courses; the next ones have courses of their own."""


class Cost:
    """CPU seconds, system time included, of the engine's process between two moments."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._pid = warehouse.pid
        self._start = self._used()
        self._began = time.monotonic()

    def stop(self) -> Cost:
        """Keep what was used so far in `cpu` and, for orientation only, `wall`."""
        self.cpu = self._used() - self._start
        self.wall = time.monotonic() - self._began
        return self

    def _used(self) -> float:
        words = Path(f"/proc/{self._pid}/stat").read_text().rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def costing(warehouse: Warehouse) -> Iterator[Cost]:
    """Measure the block."""
    cost = Cost(warehouse)
    yield cost
    cost.stop()


def settle(warehouse: Warehouse) -> None:
    """Wait until no merge is going on, so that those of one measurement are not in the next one."""
    while warehouse.rows("SELECT count() FROM system.merges")[0][0]:
        time.sleep(1)


def campus_of(events: int) -> dict[str, Any]:
    """Return a campus of ten courses, with one learner for every 160 statements."""
    return make_campus(events=events, learners=max(12, events // 160), courses=10, malformed=0.01)


def bodies(events: Sequence[Any], batch: int) -> list[bytes]:
    """Return the inserts' bodies, made beforehand so that making them is not measured."""
    lines = [json.dumps(event, ensure_ascii=False) for event in events]
    return [
        "\n".join(lines[first : first + batch]).encode() for first in range(0, len(lines), batch)
    ]


def feed(warehouse: Warehouse, inserts: Iterable[bytes], table: str = RAW) -> None:
    """Insert bodies one by one."""
    for body in inserts:
        warehouse.run(f"INSERT INTO {table} FORMAT JSONCompactEachRow", body)


def load_sinks(warehouse: Warehouse, campus: dict[str, Any]) -> None:
    """Insert the campus's rows of each event sink."""
    for table, rows in campus["rows"].items():
        warehouse.insert(f"event_sink.{table}", rows)


def copy_courses(warehouse: Warehouse, sets: range) -> None:
    """Copy the catalogue that many times more, with other course keys."""
    for table in ("course_overviews", "course_blocks"):
        columns = [
            row[0]
            for row in warehouse.rows(
                f"SELECT name FROM system.columns WHERE database = 'event_sink' AND table = '{table}'"
                " ORDER BY position"
            )
        ]
        moved = ", ".join(
            f"{_moved(name)} AS {name}" if name in ("course_key", "location") else name
            for name in columns
        )
        warehouse.run(
            f"INSERT INTO event_sink.{table} SELECT {moved}"
            f" FROM (SELECT * FROM event_sink.{table} WHERE course_key NOT LIKE '%+set%') AS rows"
            f" CROSS JOIN (SELECT number AS set FROM numbers({sets.start}, {len(sets)})) AS sets"
        )


def copy_statements(warehouse: Warehouse, copies: range) -> None:
    """Copy the statements of `xapi.original` into the raw table, one insert for each copy.

    A copy has its own ids and learners, happens 37 seconds after the one before, and every fifth
    begins new courses, as a site grows.
    """
    for copy in copies:
        moved = _moved("event") if copy >= SETS else "event"
        warehouse.run(
            f"INSERT INTO {RAW} SELECT"
            f" toUUID(UUIDNumToString(MD5(concat(toString(event_id), '/{copy}')))),"
            f" emission_time + INTERVAL {37 * copy} SECOND,"
            f' replaceRegexpOne({moved}, \'"(name|mbox)": "(mailto:)?\','
            f' \'"\\\\1": "\\\\2c{copy}.\')'
            f" FROM (SELECT event_id, emission_time, event, {copy // SETS} AS set FROM xapi.original)"
        )


def _moved(column: str) -> str:
    """Return SQL for a text whose course keys are those of another set; the column `set` says which."""
    keys = r"((?:ccx|course)-v1:|(?:ccx-)?block-v1:)([^+@\"/]+)\\+"
    return f"replaceRegexpAll({column}, '{keys}', concat('\\\\1\\\\2+set', toString(set), '.'))"


def refreshes(warehouse: Warehouse) -> dict[str, float]:
    """Refresh every timed view once; return model to CPU seconds."""
    found = {}
    for database, name in warehouse.timed():
        with costing(warehouse) as cost:
            warehouse.run(f"SYSTEM REFRESH VIEW {database}.{name}")
            warehouse.run(f"SYSTEM WAIT VIEW {database}.{name}")
        found[re.sub(r"(_rows)?_mv$|_feed_[ab]$", "", name)] = cost.cpu
    return found


def times_in(seconds: float, model: str) -> float:
    """Return how often a model is refreshed by default in so many seconds."""
    return seconds / OTHER_SECONDS.get(model, REFRESH_SECONDS)


def line(*cells: object, widths: Sequence[int]) -> None:
    """Print one row of a table: the first cell to the left, numbers to the right."""
    first, *rest = (f"{c:.2f}" if isinstance(c, float) else str(c) for c in cells)
    print(
        first.ljust(widths[0])
        + "".join(c.rjust(w) for c, w in zip(rest, widths[1:], strict=True)),
        flush=True,
    )
