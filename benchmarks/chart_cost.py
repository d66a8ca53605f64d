"""What every chart's queries cost as a site grows: whole, for one course, and under a dashboard's filters.

    hatch run test:python benchmarks/chart_cost.py [--quick] [--copies 1 10 100] [--folder DIR] [--charts WORD]

Fills an engine with copies of a demo campus of 100,000 statements (--quick: of 2,000) and asks each
chart as Superset would, twice; the cheaper time counts. Prints sums, the dearest charts, and a straight
line through the two largest sizes continued to 300 million. Seconds are the engine's CPU, user and
system, from its own query log: what a query takes on one idle core, and at most what it takes on more.
Wall time stands beside the sums, and is of the machine as it was.

With --folder what was filled stays there, and a second run fills only what is missing.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from measuring import (
    RAW,
    SETS,
    bodies,
    campus_of,
    copy_courses,
    copy_statements,
    costing,
    feed,
    line,
    load_sinks,
)
from warehouse import Warehouse, make_warehouse

import superset_sql
from aspects_gen.aspects.jobs.init.superset.dashboards import expand, name_databases, read_sources
from aspects_gen.aspects.trees import PACKAGE

SITE = 300_000_000
WAYS = ("whole", "one course", "dashboard")
AIMS = {"whole": 30.0, "one course": 6.0, "dashboard": 4.0}
"""Seconds of all charts together at ten million statements."""
SLOW_SECONDS = 3.0
SHOWN = 12
REPEATS = 2


class Asked(NamedTuple):
    """One query's cost: CPU seconds, wall seconds, peak MB and rows read."""

    seconds: float
    wall: float
    megabytes: float
    rows: int


Sizes = dict[str, dict[str, list[Asked]]]
"""Way to chart to its queries."""


def main() -> None:
    """Fill to each size in turn and ask every chart there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a campus of 2,000 statements")
    parser.add_argument("--copies", type=int, nargs="+", default=[1, 10, 100])
    parser.add_argument(
        "--folder", type=Path, help="where data stays; a temporary one if left out"
    )
    parser.add_argument("--charts", default="", help="ask only charts with this in their name")
    words = parser.parse_args()
    size = 2_000 if words.quick else 100_000
    found: dict[int, Sizes] = {}
    with folder_for(words.folder) as folder, make_warehouse(folder) as warehouse:
        before = prepare(warehouse, size)
        for copies in words.copies:
            if copies > before:
                fill(warehouse, range(before, copies))
            before = max(before, copies)
            found[size * before] = ask_all(warehouse, words.charts)
            show_sums(size * before, found[size * before])
    show_dearest(found)


@contextmanager
def folder_for(given: Path | None) -> Iterator[Path]:
    """Give the folder asked for, or one that goes afterwards."""
    if given:
        given.mkdir(parents=True, exist_ok=True)
        yield given
        return
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def prepare(warehouse: Warehouse, size: int) -> int:
    """Load the catalogue and the statements that are copied; return how many copies are there."""
    if warehouse.rows("EXISTS TABLE xapi.original") == [[1]]:
        ((stored,),) = warehouse.rows(f"SELECT count() FROM {RAW}")
        return int(stored) // size
    campus = campus_of(size)
    warehouse.run("CREATE TABLE xapi.original AS xapi.xapi_events_all")
    load_sinks(warehouse, campus)
    feed(warehouse, bodies(campus["events"], 10_000), "xapi.original")
    return 0


def fill(warehouse: Warehouse, copies: range) -> None:
    """Add copies of the campus and bring every model up to date."""
    first = 1 if copies.start == 0 else -(-copies.start // SETS)
    copy_courses(warehouse, range(first, -(-copies.stop // SETS)))
    copy_statements(warehouse, copies)
    with costing(warehouse) as cost:
        warehouse.dbt("run", "--full-refresh")
        warehouse.refresh()
        warehouse.refresh()  # some read views of what is refreshed after them
    print(f"filled with {len(copies)} copies more; models took {cost.cpu:.1f} CPU s", flush=True)


def ask_all(warehouse: Warehouse, word: str = "") -> Sizes:
    """Return what each chart costs in each way, of those with a word in their name."""
    sources, _ = read_sources(PACKAGE / "apps" / "superset" / "assets")
    bundle = expand(sources, name_databases({}))
    datasets = {
        c["uuid"]: c for n, c in bundle.items() if n.startswith("datasets/openedx_clickhouse/")
    }
    ((key, org, name, run),) = warehouse.rows(
        "SELECT course_key, org, course_name, course_run FROM reporting.dim_course_learners"
        " GROUP BY ALL ORDER BY count() DESC, course_key LIMIT 1"
    )
    rule = f"course_key = '{key}' AND org = '{org}'"
    found: Sizes = {way: {} for way in WAYS}
    for path, chart in bundle.items():
        dataset = datasets.get(chart.get("dataset_uuid"))
        if not path.startswith("charts/") or dataset is None or word not in path:
            continue
        title = path.removeprefix("charts/").removesuffix(".yaml")
        found["whole"][title] = ask(warehouse, superset_sql.statements(chart, dataset))
        columns = {column["column_name"] for column in dataset["columns"]}
        if "course_key" not in columns:
            continue
        chosen = {"org": [org], "course_name": [name], "course_run": [run]}
        chosen = {k: v for k, v in chosen.items() if k in columns} or {"course_key": [key]}
        by_rule = superset_sql.statements(chart, dataset, rules=[rule])
        both = superset_sql.statements(chart, dataset, rules=[rule], chosen=chosen)
        found["one course"][title] = ask(warehouse, by_rule)
        found["dashboard"][title] = ask(warehouse, both)
    return found


def ask(warehouse: Warehouse, queries: list[str]) -> list[Asked]:
    """Return the cost of each query; rows go nowhere."""
    return [ask_one(warehouse, query) for query in queries]


def ask_one(warehouse: Warehouse, query: str) -> Asked:
    """Return the cheapest of some runs; one that is slow is not repeated."""
    mark = f"chart-{time.monotonic_ns()}"
    walls = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        with costing(warehouse) as cost:
            warehouse.run(f"{query} FORMAT Null", log_comment=mark)
        walls.append(time.perf_counter() - start)
        if cost.cpu > SLOW_SECONDS:
            break
    warehouse.run("SYSTEM FLUSH LOGS query_log")
    ((cpu, peak, rows),) = warehouse.rows(
        "SELECT min(ProfileEvents['UserTimeMicroseconds'] + ProfileEvents['SystemTimeMicroseconds']),"
        " max(memory_usage), max(read_rows) FROM system.query_log"
        f" WHERE log_comment = '{mark}' AND type = 'QueryFinish' AND event_date >= yesterday()"
    )
    return Asked(int(cpu) / 1e6, min(walls), int(peak) / 1e6, int(rows))


def show_sums(statements: int, found: Sizes) -> None:
    """Print sums, worst and peak of each way."""
    print(f"\n{statements:,} statements")
    widths = (14, 9, 10, 12, 12, 10, 10, 10)
    heads = ("queries", "sum s", "aim at 10 M", "worst s", "over 3 s", "peak MB", "wall s")
    line("", *heads, widths=widths)
    for way, charts in found.items():
        every = [asked for queries in charts.values() for asked in queries]
        slow = sum(asked.seconds > SLOW_SECONDS for asked in every)
        worst, peak = max(a.seconds for a in every), max(a.megabytes for a in every)
        total = sum(a.seconds for a in every)
        wall = sum(a.wall for a in every)
        line(way, len(every), total, AIMS[way], worst, slow, f"{peak:.0f}", wall, widths=widths)


def show_dearest(found: dict[int, Sizes]) -> None:
    """Print the charts that take longest at the largest size, and the line to the site's."""
    sizes = sorted(found)
    low, high = sizes[max(0, len(sizes) - 2)], sizes[-1]
    for way in WAYS:
        print(f"\ndearest, {way}: seconds at each size, the line to {SITE:,}, MB and rows read")
        widths = (60, *(12 for _ in sizes), 12, 10, 14)
        line("", *(f"{size:,}" for size in sizes), "line", "MB", "rows", widths=widths)
        charts = found[high][way]
        order = sorted(charts, key=lambda name: -max(a.seconds for a in charts[name]))
        for name in order[:SHOWN]:
            costs = [max(a.seconds for a in found[size][way][name]) for size in sizes]
            last = max(charts[name], key=lambda a: a.seconds)
            shown = (f"{seconds:.3f}" for seconds in costs)
            far = f"{straight(low, high, costs):.1f}"
            line(name, *shown, far, f"{last.megabytes:.0f}", f"{last.rows:,}", widths=widths)


def straight(low: int, high: int, costs: list[float]) -> float:
    """Return the straight line through the two largest sizes at the site's size."""
    if low == high:
        return costs[-1]
    slope = (costs[-1] - costs[-2]) / (high - low)
    return max(costs[-1], costs[-1] + slope * (SITE - high))


if __name__ == "__main__":
    main()
