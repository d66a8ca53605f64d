"""What Superset would ask ClickHouse for a chart, near enough to see the query run."""

from __future__ import annotations

import hashlib
import json
import re

import jinja2

GRAINS = {
    "PT1H": "toStartOfHour(toDateTime({}))",
    "P1D": "toStartOfDay(toDateTime({}))",
    "P1W": "toMonday(toDateTime({}))",
    "P1M": "toStartOfMonth(toDateTime({}))",
}
"""Source: db_engine_specs/clickhouse.py of Superset 6.1."""


def statements(chart, dataset, *, chosen=None, rules=()):
    """Return the statements of a chart, one for each of its queries.

    Args:
        chart: as in the bundle.
        dataset: as in the bundle.
        chosen: column to values of the dashboard's filters; others than the dataset's reach Jinja only.
        rules: row-level clauses.
    """
    context = json.loads(chart["query_context"])
    source = from_clause(dataset, chosen or {})
    return [statement(query, dataset, source, chosen or {}, rules) for query in context["queries"]]


def from_clause(dataset, chosen):
    """Return the dataset as Superset reads it."""
    if not dataset["sql"]:
        return f"`{dataset['schema']}`.`{dataset['table_name']}`"
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined)
    environment.filters["where_in"] = lambda values: f"({', '.join(map(quoted, values))})"
    template = environment.from_string(dataset["sql"])
    return f"(\n{template.render(filter_values=lambda name: chosen.get(name, []))}\n) AS virtual_table"


def statement(query, dataset, source, chosen, rules):
    """Return one query's statement."""
    columns = {c["column_name"]: c for c in dataset["columns"]}
    metrics = {m["metric_name"]: m["expression"] for m in dataset["metrics"]}
    groups = [(name_of(c), expression(c, columns)) for c in query["columns"]]
    wanted = [(label(name), text) for name, text in groups]
    wanted += [(name, metrics[name]) for name in query["metrics"] or []]
    where = [*rules, *filter(None, (condition(f, columns) for f in query["filters"]))]
    for name, values in chosen.items():
        if name in columns:
            where.append(condition({"col": name, "op": "IN", "val": values}, columns))
    sql = "SELECT " + ", ".join(f"{text} AS `{name}`" for name, text in wanted)
    sql += f"\nFROM {source}"
    sql += f"\nWHERE {' AND '.join(f'({part})' for part in where)}" if where else ""
    if groups and query["metrics"]:
        sql += "\nGROUP BY " + ", ".join(text for _, text in groups)
    order = [
        f"{metrics.get(name) or expression(name, columns)} {'ASC' if up else 'DESC'}"
        for name, up in query["orderby"]
    ]
    sql += f"\nORDER BY {', '.join(order)}" if order else ""
    return sql + (f"\nLIMIT {query['row_limit']}" if query["row_limit"] else "")


def label(name):
    """Return the alias of a column that is grouped by, apart from the column itself, which filters read."""
    return f"{name}_{hashlib.md5(name.encode()).hexdigest()[:6]}"


def name_of(column):
    """Return what a query calls a column."""
    return column if isinstance(column, str) else column["label"]


def expression(column, columns):
    """Return a column's SQL, cut to the grain on an axis of time."""
    name = column if isinstance(column, str) else column["sqlExpression"]
    text = columns[name]["expression"] or f"`{name}`"
    grain = None if isinstance(column, str) else column.get("timeGrain")
    return GRAINS[grain].format(text) if grain else text


def condition(entry, columns):
    """Return a filter's SQL; None for all of time."""
    text = expression(entry["col"], columns)
    operator, value = entry["op"], entry.get("val")
    if operator == "TEMPORAL_RANGE":
        return None if value == "No filter" else f"{text} >= now() - INTERVAL 3 MONTH"
    if operator == "IN":
        return f"{text} IN ({', '.join(map(quoted, value))})"
    if re.fullmatch(r"IS (NOT )?NULL", operator):
        return f"{text} {operator}"
    return f"{text} {operator.replace('==', '=')} {quoted(value)}"


def quoted(value):
    """Return a value as SQL."""
    if isinstance(value, str):
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return str(value)
