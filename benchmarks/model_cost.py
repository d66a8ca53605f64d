"""What models cost to rebuild, to keep fresh and to read at 1 and 10 million statements, and by that at 300.

    hatch run test:python benchmarks/model_cost.py [--quick] [--folder DIR]

--quick takes a hundredth. The statements are copies of a demo campus, made in SQL: new ids and
learners in each, new courses in every fifth. One more sum than the measurements is made, and
shown: a straight line through both sizes, continued.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from measuring import (
    EVENTS_PER_DAY,
    RAW,
    REFRESH_SECONDS,
    ROOT,
    SETS,
    bodies,
    campus_of,
    copy_courses,
    copy_statements,
    costing,
    feed,
    line,
    load_sinks,
    refreshes,
    settle,
    times_in,
)
from warehouse import Warehouse, make_warehouse

MILLION = 1_000_000
SITE = 300 * MILLION
STATEMENTS_PER_LEARNER = 160
STATEMENTS_PER_VISIT = 25
"""Of the demo campus, roughly."""

RELATIONS = json.loads((ROOT / "tests" / "dbt" / "relations.json").read_text(encoding="utf-8"))
BESIDE = [
    {"database": "reporting", "name": "fact_video_watches", "columns": [["course_key", "String"]]},
    {"database": "reporting", "name": "fact_video_seconds", "columns": [["course_key", "String"]]},
    {"database": "reporting", "name": "newest_statements", "columns": [["course_key", "String"]]},
]


def main() -> None:
    """Fill to the smaller size, measure, fill to the larger one, measure, continue the line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a hundredth of the statements")
    parser.add_argument("--folder", type=Path, help="where data goes; a temporary one if left out")
    parser.add_argument(
        "--copies", type=int, default=100, help="of the campus at the larger size; 100,000 each"
    )
    words = parser.parse_args()
    size = 1_000 if words.quick else 100_000
    campus = campus_of(size)
    with (
        tempfile.TemporaryDirectory(dir=words.folder) as folder,
        make_warehouse(Path(folder)) as warehouse,
    ):
        found = [
            measure(warehouse, campus, size, copies) for copies in sizes(warehouse, words.copies)
        ]
    small, large = found
    show_rebuild(small, large)
    show_refresh(small, large)
    show_reads(small, large)


def sizes(warehouse: Warehouse, largest: int) -> Iterator[range]:
    """Yield ranges of copies: to ten, then to the larger size."""
    warehouse.run(f"CREATE TABLE xapi.original AS {RAW}")
    yield range(10)
    yield range(10, largest)


def measure(
    warehouse: Warehouse, campus: dict[str, Any], size: int, copies: range
) -> dict[str, Any]:
    """Fill up to a size and return what was measured there."""
    if copies.start == 0:
        load_sinks(warehouse, campus)
        feed(warehouse, bodies(campus["events"], 10_000), "xapi.original")
    sets = range(max(1, copies.start // SETS), copies.stop // SETS)
    copy_courses(warehouse, sets)
    if copies.start == 0:
        warehouse.dbt("run")
    copy_statements(warehouse, copies)
    found: dict[str, Any] = {"statements": size * copies.stop}
    settle(warehouse)
    with costing(warehouse) as cost:
        warehouse.dbt("run", "--full-refresh")
        settle(warehouse)
    found["rebuild"] = cost.cpu
    news(warehouse, size, copies.stop)
    found["refresh"] = refreshes(warehouse)
    found["reads"] = reads(warehouse)
    print(
        f"measured at {found['statements']:,}: rebuild {cost.cpu:.1f} CPU s, all refreshes"
        f" {sum(found['refresh'].values()):.1f} CPU s",
        flush=True,
    )
    return found


def news(warehouse: Warehouse, size: int, copies: int) -> None:
    """Insert as many new statements as one period brings, with all that came before refreshed.

    They are of learners known already, so many of each as a visit has, and of any course.
    """
    warehouse.refresh()
    statements = EVENTS_PER_DAY / 86_400 * REFRESH_SECONDS * min(1, size / 100_000)
    learners = size * copies / STATEMENTS_PER_LEARNER
    share = statements / STATEMENTS_PER_VISIT / learners
    warehouse.run(
        f"INSERT INTO {RAW} SELECT generateUUIDv4(), emission_time + INTERVAL 90 DAY, event"
        " FROM xapi.xapi_events_all_parsed_copies"
        f" WHERE cityHash64(actor_id) % 1000000 < {share * 1e6:.0f}"
        f" ORDER BY cityHash64(event_id) LIMIT {STATEMENTS_PER_VISIT} BY actor_id"
    )


def reads(warehouse: Warehouse) -> dict[str, tuple[Any, ...]]:
    """Return relation to rows, CPU s and MB of reading it whole, and of one course of it."""
    course = warehouse.rows(
        "SELECT course_key FROM xapi.xapi_events_all_parsed_copies WHERE course_key LIKE 'course%'"
        " GROUP BY course_key ORDER BY count() DESC LIMIT 1"
    )[0][0]
    found = {}
    for relation in [*RELATIONS, *BESIDE]:
        source = f"{relation['database']}.{relation['name']}"
        columns = [name for name, _ in relation["columns"]]
        whole = read(warehouse, f"SELECT * FROM {source}")
        one = None
        if "course_key" in columns:
            one = read(warehouse, f"SELECT * FROM {source} WHERE course_key = '{course}'")
        found[relation["name"]] = (whole, one)
    return found


def read(warehouse: Warehouse, query: str) -> tuple[float, float]:
    """Return CPU seconds and peak MB of a query; its rows go nowhere."""
    mark = f"read-{abs(hash(query))}-{warehouse.port}"
    with costing(warehouse) as cost:
        warehouse.run(f"{query} FORMAT Null", log_comment=mark)
    warehouse.run("SYSTEM FLUSH LOGS")
    peak = warehouse.rows(
        "SELECT max(memory_usage) FROM system.query_log"
        f" WHERE log_comment = '{mark}' AND type = 'QueryFinish'"
    )[0][0]
    return cost.cpu, int(peak) / MILLION


def at_site(small: dict[str, Any], large: dict[str, Any], low: float, high: float) -> float:
    """Return the straight line through two measurements, continued to the site's size."""
    slope = (high - low) / (large["statements"] - small["statements"])
    return max(high, high + slope * (SITE - large["statements"]))


def heading(small: dict[str, Any], large: dict[str, Any]) -> tuple[str, str, str]:
    """Return the columns' names."""
    return f"{small['statements']:,}", f"{large['statements']:,}", f"{SITE:,} (line)"


def show_rebuild(small: dict[str, Any], large: dict[str, Any]) -> None:
    """Print the cost of a full rebuild."""
    print("\nfull rebuild, CPU s per 100,000 statements (upstream 3.0)")
    for found in (small, large):
        print(f"  {found['statements']:>12,}{found['rebuild'] / found['statements'] * 1e5:8.2f}")


def show_refresh(small: dict[str, Any], large: dict[str, Any]) -> None:
    """Print each timed view's cost of a refresh, and of all of them in an hour."""
    widths = (34, 14, 14, 20)
    print(f"\none refresh, CPU s, with what {REFRESH_SECONDS} s bring at {EVENTS_PER_DAY:,} a day")
    line("view", *heading(small, large), widths=widths)
    total, hourly = [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]
    for name in sorted(large["refresh"], key=lambda n: -large["refresh"][n]):
        low, high = small["refresh"][name], large["refresh"][name]
        cells = (low, high, at_site(small, large, low, high))
        total = [sum(pair) for pair in zip(total, cells, strict=True)]
        times = times_in(3600, name)
        hourly = [all_ + cost * times for all_, cost in zip(hourly, cells, strict=True)]
        line(name, *cells, widths=widths)
    line("all", *total, widths=widths)
    line("an hour, each on its own timer", *hourly, widths=widths)
    print(f"of one core at {SITE:,}: {hourly[2] / 36:.0f} %")


def show_reads(small: dict[str, Any], large: dict[str, Any]) -> None:
    """Print what reading each relation costs, whole and one course."""
    widths = (40, 12, 12, 10, 18, 12, 12, 10, 18)
    names = heading(small, large)
    print("\nreading: CPU s whole, MB at the larger size, then the same for one course")
    shown = (names[0], names[1], "MB", names[2])
    line("relation", *shown, *shown, widths=widths)
    for name in sorted(large["reads"], key=lambda n: -large["reads"][n][0][0]):
        cells: list[object] = []
        for before, after in zip(small["reads"][name], large["reads"][name], strict=True):
            if after is None:
                cells += ["", "", "", ""]
                continue
            line_end = at_site(small, large, before[0], after[0])
            cells += [before[0], after[0], f"{after[1]:.0f}", line_end]
        line(name, *cells, widths=widths)


if __name__ == "__main__":
    main()
