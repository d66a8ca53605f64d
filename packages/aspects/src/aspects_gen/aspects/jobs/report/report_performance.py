"""Say what every chart costs as it is now. The Job that `aspects-gen job performance-report` prints.

Each chart's saved questions are asked through Superset's own code, as its administrator and past its cache, one
after the other; ClickHouse is asked as the account that dashboards use, which can change nothing. What the server
spent on them comes from its query log, by a mark in a comment of each query.

Prints one line for each chart, the slowest first. Exit status: 0 all answered, 1 one failed or nothing was found.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

LOG_SECONDS = 40
"""How long the query log is waited for; a server writes it every 7.5 seconds unless told otherwise.

Source: ClickHouse documentation, server setting query_log.flush_interval_milliseconds, read 2026-11.
"""

PAUSE_SECONDS = 2
MEGABYTE = 1e6


class Cost(NamedTuple):
    """What ClickHouse spent on all questions of a chart."""

    milliseconds: int
    megabytes: float
    """Peak of the largest one."""
    rows_read: int


class Asked(NamedTuple):
    """One chart: where it stands, how Superset fared, and what was asked."""

    mark: str
    dashboard: str
    chart: str
    milliseconds: int
    """From the question to the rows in Superset."""
    rows: int
    problem: str
    sql: tuple[str, ...]


def main(words: list[str] | None = None, app: Callable[[], Any] | None = None) -> int:
    """Ask every chart and print the report; return the exit status."""
    arguments = parse_words(words)
    run = f"aspects-report-{uuid.uuid4().hex[:8]}"
    with (app or start_superset)().app_context():
        from superset import security_manager
        from superset.utils.core import override_user

        administrator = security_manager.find_user(username=os.environ["ADMIN_USER"])
        if administrator is None:
            print(f"Superset has no user {os.environ['ADMIN_USER']}", file=sys.stderr)
            return 1
        with override_user(administrator):
            asked = [ask(*found, run, arguments) for found in find_charts(arguments)]
            if not asked:
                print("no chart fits --dashboard and --chart", file=sys.stderr)
                return 1
            costs = read_log(run, {one.mark for one in asked if not one.problem})
    asked.sort(key=lambda one: (-spent(one, costs), one.dashboard, one.chart))
    print(as_json(asked, costs) if arguments.json else as_text(asked, costs, arguments.print_sql))
    return 1 if any(one.problem for one in asked) else 0


def parse_words(words: list[str] | None) -> argparse.Namespace:
    """Return the arguments."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dashboard", action="append", default=[], help="slug; may be repeated")
    parser.add_argument("--chart", action="append", default=[], help="name; may be repeated")
    parser.add_argument(
        "--course", help="key of the one course that is asked for where a chart can"
    )
    parser.add_argument("--print-sql", action="store_true")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args(words)


def start_superset() -> Any:
    """Return Superset's application."""
    from superset.app import create_app

    return create_app()


def find_charts(arguments: argparse.Namespace) -> Iterator[tuple[Any, Any]]:
    """Yield (dashboard, chart) of what was imported, each chart once; copies in languages ask the same."""
    from superset import db
    from superset.models.dashboard import Dashboard

    found = db.session.query(Dashboard).order_by(Dashboard.slug).all()
    slugs = {dashboard.slug for dashboard in found}
    endings = [f"-{name}" for name in os.environ.get("LOCALES", "").split()]
    seen = set()
    for dashboard in found:
        slug = dashboard.slug or ""
        if any(slug.endswith(end) and slug.removesuffix(end) in slugs for end in endings):
            continue
        if arguments.dashboard and slug not in arguments.dashboard:
            continue
        for chart in sorted(dashboard.slices, key=lambda chart: (chart.slice_name, chart.id)):
            wanted = not arguments.chart or chart.slice_name in arguments.chart
            if wanted and chart.id not in seen and chart.query_context:
                seen.add(chart.id)
                yield dashboard, chart


def ask(dashboard: Any, chart: Any, run: str, arguments: argparse.Namespace) -> Asked:
    """Ask a chart's saved questions; what goes wrong is part of the answer."""
    from superset.charts.schemas import ChartDataQueryContextSchema
    from superset.commands.chart.data.get_data_command import ChartDataCommand

    mark, rows, problem, sql = f"{run}-{chart.id}", 0, "", ()
    body = question(chart, dashboard, arguments.course)
    begun = time.perf_counter()
    try:
        with marked(mark):
            context = ChartDataQueryContextSchema().load(body)
            parts = ChartDataCommand(context).run()["queries"]
        rows = sum(part["rowcount"] or 0 for part in parts)
        sql = tuple(part["query"] for part in parts)
    except Exception as error:
        problem = (str(error).strip() or type(error).__name__).splitlines()[0][:300]
    spent = round((time.perf_counter() - begun) * 1000)
    return Asked(mark, dashboard.slug, chart.slice_name, spent, rows, problem, sql)


def question(chart: Any, dashboard: Any, course: str | None) -> dict[str, Any]:
    """Return what a browser would post for a chart, past the cache."""
    context = json.loads(chart.query_context)
    columns = {column.column_name for column in chart.table.columns}
    for query in context["queries"]:
        if course and "course_key" in columns:
            chosen = {"col": "course_key", "op": "IN", "val": [course]}
            query["filters"] = [*query.get("filters", []), chosen]
    form = json.loads(chart.params or "{}") | context.get("form_data", {})
    form |= {"slice_id": chart.id, "dashboardId": dashboard.id}
    return {
        "datasource": {"id": chart.datasource_id, "type": "table"},
        "force": True,
        "queries": context["queries"],
        "form_data": form,
        "result_format": "json",
        "result_type": "full",
    }


@contextmanager
def marked(mark: str) -> Iterator[None]:
    """Put a mark before every query that Superset sends meanwhile."""
    from flask import current_app

    before = current_app.config["SQL_QUERY_MUTATOR"]

    def mutate(sql: str, **words: Any) -> str:
        return f"/* {mark} */ {before(sql, **words) if before else sql}"

    current_app.config["SQL_QUERY_MUTATOR"] = mutate
    try:
        yield
    finally:
        current_app.config["SQL_QUERY_MUTATOR"] = before


def read_log(run: str, marks: set[str]) -> dict[str, Cost]:
    """Return mark to cost, as far as the server that answers has it in its log in time."""
    sql = (
        f"SELECT extract(query, '{run}-[0-9]+') AS mark, sum(query_duration_ms), max(memory_usage),"  # noqa: S608
        " sum(read_rows) FROM system.query_log WHERE type = 'QueryFinish' AND event_date >= today() - 1"
        f" AND startsWith(query, '/* {run}-') GROUP BY mark"
    )
    database, deadline = clickhouse(), time.monotonic() + LOG_SECONDS
    while database is not None:
        with database.get_raw_connection() as connection:
            cursor = connection.cursor()
            cursor.execute(sql)
            found = {
                mark: Cost(int(spent), peak / MEGABYTE, int(rows))
                for mark, spent, peak, rows in cursor.fetchall()
            }
        if marks <= set(found) or time.monotonic() > deadline:
            return found
        time.sleep(PAUSE_SECONDS)
    return {}


def clickhouse() -> Any:
    """Return Superset's connection to ClickHouse, which the import made."""
    from superset import db
    from superset.models.core import Database

    found = db.session.query(Database).all()
    return next((one for one in found if one.backend.startswith("clickhouse")), None)


def spent(one: Asked, costs: dict[str, Cost]) -> int:
    """Return milliseconds of the server, or Superset's where the server's are not known."""
    return costs[one.mark].milliseconds if one.mark in costs else one.milliseconds


def as_text(asked: list[Asked], costs: dict[str, Cost], with_sql: bool) -> str:
    """Return the report for people."""
    head = ("ms", "MB", "rows read", "Superset ms", "rows", "dashboard: chart")
    lines = ["{:>8} {:>8} {:>12} {:>12} {:>8}  {}".format(*head)]
    for one in asked:
        cost = costs.get(one.mark)
        own = (
            (f"{cost.milliseconds}", f"{cost.megabytes:.0f}", f"{cost.rows_read:,}")
            if cost
            else ("-", "-", "-")
        )
        name = f"{one.dashboard}: {one.chart}"
        row = (*own, one.milliseconds, "failed" if one.problem else one.rows, name)
        lines.append("{:>8} {:>8} {:>12} {:>12} {:>8}  {}".format(*row))
        lines += [f"    {one.problem}"] if one.problem else []
        lines += (
            [f"    {line}" for sql in one.sql for line in sql.splitlines()] if with_sql else []
        )
    known, failed = (
        [one for one in asked if one.mark in costs],
        sum(bool(o.problem) for o in asked),
    )
    lines.append(
        f"{len(asked)} charts, {failed} failed; "
        f"{sum(costs[one.mark].milliseconds for one in known)} ms in ClickHouse for {len(known)} of them"
    )
    return "\n".join(lines)


def as_json(asked: list[Asked], costs: dict[str, Cost]) -> str:
    """Return the report for machines."""
    shown = []
    for one in asked:
        cost = costs.get(one.mark)
        shown.append(
            {
                **one._asdict(),
                "superset_milliseconds": one.milliseconds,
                **(cost._asdict() if cost else dict.fromkeys(Cost._fields)),
            }
        )
    return json.dumps({"charts": shown}, indent=1)


if __name__ == "__main__":
    sys.exit(main())
