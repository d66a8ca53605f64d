"""What it costs to take statements in, against the raw table alone, on the embedded engine.

    hatch run test:python benchmarks/ingest_cost.py [--quick]

Both sides get the same inserts in one run. "All models" includes refreshes as often as the default
timers run while that many statements arrive at 7 million a day. CPU is that of the engine's
process, merges included. Upstream's models, measured elsewhere on the same engine: 25, 21 and 16
times the raw table at batches of 100, 1,000 and 10,000; 23 parts an insert; 354 bytes a statement;
16 times slower with 2,000 courses than with 10.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from measuring import (
    EVENTS_PER_DAY,
    RAW,
    REFRESH_SECONDS,
    bodies,
    campus_of,
    copy_courses,
    costing,
    feed,
    line,
    load_sinks,
    refreshes,
    times_in,
)
from warehouse import Warehouse, make_warehouse

WIDTHS = (26, 12, 14, 14, 10, 14)


def main() -> None:
    """Measure batches, the catalogue's size, parts and bytes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the statements")
    quick = parser.parse_args().quick
    campus = campus_of(10_000 if quick else 100_000)
    with (
        tempfile.TemporaryDirectory() as folder,
        make_warehouse(Path(folder)) as warehouse,
    ):
        load_sinks(warehouse, campus)
        warehouse.run(f"CREATE TABLE xapi.alone AS {RAW}")
        warehouse.dbt("run")
        head = (
            "batch",
            "statements",
            "raw CPU s/100k",
            "all CPU s/100k",
            "ratio",
            "of it refresh",
        )
        line(*head, widths=WIDTHS)
        few = campus["events"][: len(campus["events"]) // 5]
        for batch, events in ((100, few), (1000, campus["events"]), (10_000, campus["events"])):
            compare(warehouse, f"{batch:,}", events, batch)
        parts(warehouse, bodies(few, 1000)[:20])
        bytes_each(warehouse)
        catalogue(warehouse, campus["events"], few_sets=1, many_sets=20 if quick else 200)


def compare(warehouse: Warehouse, name: str, events: list, batch: int) -> float:
    """Print one batch size's cost on both sides; return the CPU s per 100,000 with all models."""
    inserts = bodies(events, batch)
    per = 100_000 / len(events)
    feed(warehouse, inserts[:3], "xapi.alone")
    with costing(warehouse) as alone:
        feed(warehouse, inserts, "xapi.alone")
    whole, refreshing = live(warehouse, inserts, len(events))
    line(
        name,
        f"{len(events):,}",
        alone.cpu * per,
        whole * per,
        whole / alone.cpu,
        refreshing * per,
        widths=WIDTHS,
    )
    return whole * per


def live(warehouse: Warehouse, inserts: list[bytes], statements: int) -> tuple[float, float]:
    """Return CPU seconds of inserts with all models on, refreshes included, and those of the refreshes."""
    warehouse.empty_events()
    feed(warehouse, inserts[:3])
    warehouse.refresh()
    seconds = statements / EVENTS_PER_DAY * 86_400
    rounds = max(1, round(seconds / REFRESH_SECONDS))
    size = -(-len(inserts) // rounds)
    inserting = refreshing = 0.0
    for first in range(0, len(inserts), size):
        with costing(warehouse) as cost:
            feed(warehouse, inserts[first : first + size])
        inserting += cost.cpu
        # each view as often as its timer runs in a round, which for short runs is less than once
        refreshing += sum(
            cost * times_in(seconds / rounds, model)
            for model, cost in refreshes(warehouse).items()
        )
    return inserting + refreshing, refreshing


def parts(warehouse: Warehouse, inserts: list[bytes]) -> None:
    """Print how many parts one insert makes, in time order."""
    count = "SELECT count() FROM system.parts WHERE active AND database IN ('xapi', 'reporting', 'event_sink')"
    warehouse.run("SYSTEM STOP MERGES")
    before = warehouse.rows(count)[0][0]
    feed(warehouse, inserts)
    made = warehouse.rows(count)[0][0] - before
    warehouse.run("SYSTEM START MERGES")
    print(f"\nparts an insert: {made / len(inserts):.1f} (aim 8)")


def bytes_each(warehouse: Warehouse) -> None:
    """Print bytes on disk for each statement, merged: raw, parsed, and all that holds events."""
    tables = warehouse.rows(
        "SELECT database, name FROM system.tables WHERE engine LIKE '%MergeTree'"
        " AND database IN ('xapi', 'reporting') AND name NOT IN ('alone', 'original')"
    )
    sizes = {}
    for database, name in tables:
        warehouse.run(f"OPTIMIZE TABLE {database}.{name} FINAL")
        sizes[name] = warehouse.rows(
            "SELECT sum(bytes_on_disk) FROM system.parts"
            f" WHERE active AND database = '{database}' AND table = '{name}'"
        )[0][0]
    count = warehouse.rows(f"SELECT count() FROM {RAW}")[0][0]
    largest = sorted(sizes.items(), key=lambda item: -int(item[1]))[:6]
    print(f"bytes a statement: {sum(map(int, sizes.values())) / count:.0f} (aim 280), of it")
    for name, size in largest:
        print(f"  {name:44}{int(size) / count:8.1f}")


def catalogue(warehouse: Warehouse, events: list, *, few_sets: int, many_sets: int) -> None:
    """Print the cost with few and with many courses in the catalogue, batches of 1,000."""
    inserts = bodies(events, 1000)
    per = 100_000 / len(events)
    print("\ncourses   inserts CPU s/100k   refreshes CPU s/100k   together")
    found = []
    for sets in (few_sets, many_sets):
        if sets > few_sets:
            copy_courses(warehouse, range(few_sets, sets))
            warehouse.refresh()
        whole, refreshing = live(warehouse, inserts, len(events))
        found.append((whole - refreshing, whole))
        print(
            f"{10 * sets:7,}{(whole - refreshing) * per:21.2f}{refreshing * per:23.2f}{whole * per:11.2f}"
        )
    (few_insert, few), (many_insert, many) = found
    print(f"ratio: inserts {many_insert / few_insert:.2f}, together {many / few:.2f} (aim 1.2)")


if __name__ == "__main__":
    main()
