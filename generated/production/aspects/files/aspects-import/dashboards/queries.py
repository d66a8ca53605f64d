"""What a chart asks of its dataset, as Superset's browser code would ask it.

Stored with the chart, it lets reports and checks run the chart without a browser.
"""

from __future__ import annotations

from typing import Any


def queries(chart: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the query objects of a completed chart; two for bars with a line, else mostly one."""
    kind = chart["kind"]
    if kind == "bars_and_line":
        return [_series(chart, chart["bars"]), _series(chart, chart["line"])]
    if kind in ("bars", "lines", "area"):
        return [_series(chart, chart["metrics"])]
    if kind == "trend":
        return [_series(chart, [chart["metric"]])]
    if kind == "records":
        return [_records(chart)]
    if kind == "table":
        return _table(chart)
    return [_groups(chart)]


def _base(chart: dict[str, Any], **own: Any) -> dict[str, Any]:
    filters = []
    if chart["time"]:
        span = chart.get("range", "No filter")
        filters.append({"col": chart["time"], "op": "TEMPORAL_RANGE", "val": span})
    for subject, operator, *value in chart["where"]:
        found = {"col": subject, "op": operator}
        filters.append({**found, "val": value[0]} if value else found)
    extras = {"having": "", "where": ""}
    if chart["grain"]:
        extras["time_grain_sqla"] = chart["grain"]
    return {
        "filters": filters,
        "extras": extras,
        "applied_time_extras": {},
        "columns": [],
        "metrics": [],
        "orderby": [],
        "annotation_layers": [],
        "row_limit": chart["rows"],
        "series_limit": 0,
        "order_desc": True,
        "url_params": {},
        "custom_params": {},
        "custom_form_data": {},
        **own,
    }


def axis(chart: dict[str, Any]) -> str | dict[str, Any]:
    """Return the column of the x axis, with the grain when it holds time."""
    if not chart["temporal"]:
        return str(chart["x"])
    return {
        "columnType": "BASE_AXIS",
        "expressionType": "SQL",
        "isColumnReference": True,
        "label": chart["x"],
        "sqlExpression": chart["x"],
        **({"timeGrain": chart["grain"]} if chart["grain"] else {}),
    }


def _series(chart: dict[str, Any], metrics: list[str]) -> dict[str, Any]:
    return _base(
        chart,
        columns=[axis(chart), *chart["by"]],
        series_columns=chart["by"],
        metrics=metrics,
        orderby=[[metrics[0], False]],
        post_processing=[_pivoted(chart, metrics), *_rolled(chart, metrics), _flat()],
    )


def _pivoted(chart: dict[str, Any], metrics: list[str]) -> dict[str, Any]:
    return {
        "operation": "pivot",
        "options": {
            "index": [chart["x"]],
            "columns": chart["by"],
            "aggregates": {metric: {"operator": "mean"} for metric in metrics},
            "drop_missing_columns": False,
        },
    }


def _rolled(chart: dict[str, Any], metrics: list[str]) -> list[dict[str, Any]]:
    rolling = chart.get("rolling")
    columns = {metric: metric for metric in metrics}
    if rolling == "sum":
        return [{"operation": "cum", "options": {"operator": "sum", "columns": columns}}]
    if rolling == "week":
        options = {"rolling_type": "mean", "window": 7, "min_periods": 0, "columns": columns}
        return [{"operation": "rolling", "options": options}]
    return []


def _flat() -> dict[str, Any]:
    return {"operation": "flatten"}


def _table(chart: dict[str, Any]) -> list[dict[str, Any]]:
    metrics = chart.get("metrics", [])
    wanted = chart.get("sort") or (f"-{metrics[0]}" if metrics else "")
    order = [[wanted.removeprefix("-"), not wanted.startswith("-")]] if wanted else []
    main = _base(
        chart, columns=chart["columns"], metrics=metrics, orderby=order, post_processing=[]
    )
    if not chart.get("totals"):
        return [main]
    totals = {**main, "columns": [], "orderby": [], "row_limit": 0, "row_offset": 0}
    return [main, totals]


def _records(chart: dict[str, Any]) -> dict[str, Any]:
    sort = chart.get("sort")
    order = [[sort.removeprefix("-"), not sort.startswith("-")]] if sort else []
    own: dict[str, Any] = {"metrics": None}  # with a list of none Superset would group
    if chart.get("pages"):
        own |= {"row_limit": chart["pages"], "row_offset": 0}
    return _base(chart, columns=chart["columns"], orderby=order, post_processing=[], **own)


def _groups(chart: dict[str, Any]) -> dict[str, Any]:
    columns = [*chart["by"], *chart.get("down", []), *chart.get("across", [])]
    metrics = chart.get("metrics") or [chart["metric"]]
    order = [[metrics[0], False]] if columns else []
    return _base(chart, columns=columns, metrics=metrics, orderby=order)
