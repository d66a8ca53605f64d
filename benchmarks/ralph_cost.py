"""What a statement costs on its way through Ralph, by batch size and server processes.

    hatch run test:python benchmarks/ralph_cost.py [--quick] [--workers 1 2 4] [--batches 1 10 100 1000]

Real Ralph with an environment's settings and account before the embedded engine, base tables only: what the
models cost is benchmarks/ingest_cost.py's. The yardstick, in the same run and of the same batches: inserting the
same rows straight into the raw table. CPU is that of Ralph's processes and of the engine's; wall time, with as
many senders as processes, is of this machine.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from processes import cpu_of, cpu_of_one, load, memory_of  # noqa: E402

import aspects_ralph  # noqa: E402
from aspects_gen.demo import lrs  # noqa: E402
from aspects_gen.demo.campus import make_campus  # noqa: E402
from aspects_gen.demo.moments import read_day  # noqa: E402
from aspects_gen.demo.timeline import Event, stream_events  # noqa: E402
from aspects_gen.demo.writer import format_row  # noqa: E402
from aspects_gen.engine import process as engine  # noqa: E402
from events.store import OWNER, Lrs  # noqa: E402
from locked import python_of  # noqa: E402

LOCK = Path(aspects_ralph.__file__).parent / "build" / "requirements.lock"
CACHE = ROOT / ".pytest_cache" / "d" / "ralph"
COUNTS = {1: 400, 10: 2_000, 100: 8_000, 1000: 16_000}
"""Statements for each batch size: enough for seconds of CPU."""


class Cost(NamedTuple):
    """CPU seconds of Ralph and of the engine, and wall seconds."""

    ralph: float
    engine: float
    wall: float


def main() -> None:
    """Measure every combination."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the statements")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--batches", type=int, nargs="+", default=[*COUNTS])
    words = parser.parse_args()
    events = statements(max(COUNTS.values()))
    python = python_of(LOCK, CACHE)
    print(load())
    head = (
        "processes",
        "batch",
        "CPU s/1000",
        "of Ralph",
        "direct",
        "ratio",
        "per CPU s",
        "wall/s",
        "PSS MiB",
    )
    print(("{:>11}" * len(head)).format(*head), flush=True)
    for workers in words.workers:
        with tempfile.TemporaryDirectory() as folder:
            found = Lrs(Path(folder) / "lrs", python, {"workers": workers, **ROOM})
            try:
                found.start()
                for size in words.batches:
                    count = COUNTS.get(size, 8_000) // (10 if words.quick else 1)
                    show(found, workers, size, events[: max(count, size)])
            finally:
                found.close()
    print(load())


ROOM = {"server": {"resources": {"limits": {"memory": "4Gi"}}}}
"""So that no number of processes is refused as too large for its limit."""


def statements(count: int) -> list[Event]:
    """Return statements of a campus."""
    campus = make_campus(1, start=read_day("2026-01-05"), days=60, courses=5, learners=300)
    return list(stream_events(campus, count))


def show(found: Lrs, workers: int, size: int, events: Sequence[Event]) -> None:
    """Measure one batch size both ways and print the line."""
    batches = [events[first : first + size] for first in range(0, len(events), size)]
    texts = [[text for _, _, text in batch] for batch in batches]
    found.post([json.loads(texts[0][0])])  # the first request of a process is dearer
    found.empty()
    through = costing(found, lambda: send(found, texts, workers))
    (stored,) = found.table.ask("SELECT count() FROM xapi.xapi_events_all").split()
    assert int(stored) == len(events), f"{stored} of {len(events)} arrived"
    found.empty()
    rows = ["".join(map(format_row, batch)) for batch in batches]
    direct = costing(found, lambda: [insert(found, text) for text in rows])
    assert found.server is not None
    thousands = len(events) / 1000
    cpu, straight = (through.ralph + through.engine) / thousands, direct.engine / thousands
    print(
        f"{workers:>11}{size:>11}{cpu:>11.2f}{through.ralph / thousands:>11.2f}{straight:>11.2f}"
        f"{cpu / straight:>11.1f}{1000 / cpu:>11.0f}{len(events) / through.wall:>11.0f}"
        f"{memory_of(found.server.pid)[1]:>11.0f}",
        flush=True,
    )


def send(found: Lrs, batches: list[list[str]], senders: int) -> None:
    """Send batches from several connections at once, as several workers of the LMS do."""
    target = lrs.Lrs("127.0.0.1", found.port, "lms", found.secrets["ralph-lms"]["password"])

    def run(number: int) -> None:
        sender = lrs.Sender(target)
        for batch in batches[number::senders]:
            sender.send(batch)
        sender.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(senders)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def insert(found: Lrs, rows: str) -> None:
    """Insert rows straight into the raw table, with what Ralph's client asks for."""
    sql = f"INSERT INTO xapi.xapi_events_all FORMAT JSONEachRow\n{rows}"
    found.table.ask(sql, OWNER, OWNER, date_time_input_format="best_effort")


def costing(found: Lrs, act: Callable[[], object]) -> Cost:
    """Return what an act costs."""
    running = engine.running(found.table.folder / "data")
    assert running is not None
    assert found.server is not None

    def used() -> tuple[float, float, float]:
        return cpu_of(found.server.pid), cpu_of_one(running.pid), time.monotonic()

    before = used()
    act()
    return Cost(*(after - start for after, start in zip(used(), before, strict=True)))


if __name__ == "__main__":
    main()
