"""What a guest of an embedded dashboard may ask for: the dashboard's own questions and no others.

Superset 6.1.0 means to refuse changed questions and does not: its check sees no chart for a guest and gives up.
Pure functions on plain data; site_security.py calls them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

COLUMN_KEYS = [
    "all_columns",
    "columns",
    "entity",
    "granularity_sqla",
    "groupby",
    "groupby_b",
    "groupbyColumns",
    "groupbyRows",
    "series",
    "series_columns",
    "x_axis",
]
METRIC_KEYS = [
    "metric",
    "metrics",
    "metrics_b",
    "percent_metrics",
    "secondary_metric",
    "series_limit_metric",
    "size",
    "timeseries_limit_metric",
    "timeseries_limit_metric_b",
]
"""Where a chart's parameters hold columns and metrics. Source: plug-ins of Superset 6.1.0."""

RESULTS = ("", "full", "results", "post_processed")
"""Kinds of answer that show what the chart shows; `samples`, `drill_detail`, `query` show more."""

LISTS = ("timegrains", "columns")
"""Kinds of answer that filters ask for besides: names, no rows."""

EXTRAS = ("relative_end", "relative_start", "time_grain_sqla", "transpile_to_dialect")
"""Additions to a question that choose no columns."""

Key = tuple[str, ...]


def column_key(value: Any) -> Key:
    """Return what a column is, less its label and time grain."""
    if not isinstance(value, dict):
        return ("column", str(value))
    expression = str(value.get("sqlExpression"))
    # the page wraps the column of an axis so; the expression is then the column's name
    axis = value.get("isColumnReference") or value.get("columnType") == "BASE_AXIS"
    return ("column", expression) if axis else ("sql", expression)


def metric_key(value: Any) -> Key:
    """Return what a metric is, less its label."""
    if not isinstance(value, dict):
        return ("metric", str(value))
    if value.get("expressionType") == "SQL":
        return ("sql", str(value.get("sqlExpression")))
    if "expressionType" not in value and "label" in value:
        return ("metric", str(value["label"]))
    column = (value.get("column") or {}).get("column_name")
    return ("simple", str(value.get("aggregate")), str(column))


def each(value: Any) -> list[Any]:
    """Return the items of a list, or the one value, or nothing."""
    if value is None or value in ("", []):
        return []
    return list(value) if isinstance(value, list) else [value]


class Shown:
    """What some charts show: columns, metrics, filtered columns, and conditions in SQL."""

    def __init__(self) -> None:
        self.columns: set[Key] = set()
        self.metrics: set[Key] = set()
        self.filtered: set[Key] = set()
        self.conditions: set[str] = {""}

    def add_chart(self, params: dict[str, Any], queries: Iterable[dict[str, Any]]) -> Shown:
        """Count in a saved chart: its parameters and, if it has them, its saved questions."""
        for key in COLUMN_KEYS:
            self.columns.update(column_key(value) for value in each(params.get(key)))
        for key in METRIC_KEYS:
            self.metrics.update(metric_key(value) for value in each(params.get(key)))
        for suffix in ("", "_b"):
            self.add_filters(params.get(f"adhoc_filters{suffix}"))
        for query in queries:
            self.add_query(query)
        return self

    def add_query(self, query: dict[str, Any]) -> None:
        """Count in a saved question."""
        for key in ("columns", "groupby", "series_columns"):
            self.columns.update(column_key(value) for value in each(query.get(key)))
        for key in ("metrics", "series_limit_metric"):
            self.metrics.update(metric_key(value) for value in each(query.get(key)))
        self.columns.update(column_key(value) for value in each(query.get("granularity")))
        self.filtered.update(column_key(entry.get("col")) for entry in query.get("filters") or [])
        for key in ("where", "having"):
            self.conditions.add(str((query.get("extras") or {}).get(key) or ""))

    def add_filters(self, filters: Any) -> None:
        """Count in saved filters: columns of simple ones, conditions of those in SQL."""
        free: dict[str, list[str]] = {}
        for entry in each(filters):
            if entry.get("expressionType") == "SQL":
                clause = str(entry.get("clause") or "WHERE").upper()
                free.setdefault(clause, []).append(f"({entry.get('sqlExpression')})")
            elif entry.get("subject"):
                self.filtered.add(("column", str(entry["subject"])))
        self.conditions.update(" AND ".join(texts) for texts in free.values())


def find_faults(
    query: dict[str, Any], shown: Shown, filterable: set[Key], results: tuple[str, ...] = RESULTS
) -> list[str]:
    """Return what a question asks beyond what is shown; [] when it asks nothing beyond.

    Args:
        query: the question: columns, metrics, orderby, filter, extras, ... as Superset's query object.
        shown: what the chart, or the filter, shows.
        filterable: columns that the dashboard's filters go by.
        results: kinds of answer.
    """
    columns = shown.columns
    filtered = columns | shown.filtered | filterable
    both = columns | shown.metrics
    extras = query.get("extras") or {}
    found = [
        *("column" for v in each(query.get("columns")) if column_key(v) not in columns),
        *("series" for v in each(query.get("series_columns")) if column_key(v) not in columns),
        *("metric" for v in each(query.get("metrics")) if metric_key(v) not in shown.metrics),
        *(
            "limit"
            for v in each(query.get("series_limit_metric"))
            if metric_key(v) not in shown.metrics
        ),
        *(
            "order"
            for v in each(query.get("orderby"))
            if not {column_key(first(v)), metric_key(first(v))} & both
        ),
        *("filter" for v in each(query.get("filter")) if column_key(v.get("col")) not in filtered),
        *("time" for v in each(query.get("granularity")) if column_key(v) not in filtered),
        *(
            "condition"
            for key in ("where", "having")
            if str(extras.get(key) or "") not in shown.conditions
        ),
        *("addition" for key in extras if key not in (*EXTRAS, "where", "having")),
        *("annotation" for _ in each(query.get("annotation_layers"))),
    ]
    if str(query.get("result_type") or "") not in results:
        found.append("kind of answer")
    return sorted(set(found))


def first(pair: Any) -> Any:
    """Return what an entry of `orderby` orders by."""
    return pair[0] if isinstance(pair, list | tuple) and pair else pair


def shown_by_filter(entry: dict[str, Any]) -> Shown:
    """Return what a native filter shows: its column, its order, and the ends of its range."""
    shown = Shown()
    for target in entry.get("targets") or []:
        name = (target.get("column") or {}).get("name")
        if name:
            shown.columns.add(("column", str(name)))
            shown.metrics |= {("simple", "MIN", str(name)), ("simple", "MAX", str(name))}
    values = entry.get("controlValues") or {}
    shown.metrics.update(metric_key(v) for v in each(entry.get("sortMetric")))
    shown.metrics.update(metric_key(v) for v in each(values.get("sortMetric")))
    shown.add_filters(entry.get("adhoc_filters"))
    return shown


def filter_columns(filters: Iterable[dict[str, Any]]) -> set[Key]:
    """Return the columns that a dashboard's native filters go by."""
    targets = [target for entry in filters for target in entry.get("targets") or []]
    names = [(target.get("column") or {}).get("name") for target in targets]
    return {("column", str(name)) for name in names if name}
