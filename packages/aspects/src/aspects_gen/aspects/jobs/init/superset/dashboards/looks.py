"""How each kind of chart looks in Superset: what its editor would store, said once."""

from __future__ import annotations

import json
from typing import Any

COLOURS = {"green": "colorSuccessBg", "amber": "colorWarningBg", "red": "colorErrorBg"}
"""Names in the sources to tokens of Superset's theme, so that they suit its dark mode too."""


def adhoc_filters(chart: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the chart's filters; the one on time is what a date filter takes hold of."""
    found = []
    if chart["time"]:
        span = chart.get("range", "No filter")
        found.append(_where(chart["time"], "TEMPORAL_RANGE", span))
    for subject, operator, *value in chart["where"]:
        found.append(_where(subject, operator, value[0] if value else None))
    return found


def _where(subject: str, operator: str, value: Any) -> dict[str, Any]:
    return {
        "clause": "WHERE",
        "expressionType": "SIMPLE",
        "subject": subject,
        "operator": operator,
        "comparator": value,
    }


def _number(chart: dict[str, Any]) -> dict[str, Any]:
    return {
        "metric": chart["metric"],
        "header_font_size": 0.4,
        "subheader_font_size": 0.15,
        "y_axis_format": chart.get("format", ",d"),
        "time_format": "%Y-%m-%d %H:%M:%S" if chart.get("as_time") else "smart_date",
        "force_timestamp_formatting": bool(chart.get("as_time")),
        "conditional_formatting": _colours(chart),
    }


def _trend(chart: dict[str, Any]) -> dict[str, Any]:
    return {
        "metric": chart["metric"],
        "x_axis": chart["x"],
        "time_grain_sqla": chart["grain"],
        "header_font_size": 0.4,
        "subheader_font_size": 0.15,
        "show_trend_line": True,
        "start_y_axis_at_zero": True,
        "y_axis_format": chart.get("format", ",d"),
        "time_format": "smart_date",
    }


def _table(chart: dict[str, Any]) -> dict[str, Any]:
    raw = chart["kind"] == "records"
    sort, ascending = sort_order(chart)
    pages = chart.get("pages")
    return {
        "query_mode": "raw" if raw else "aggregate",
        "groupby": [] if raw else chart["columns"],
        "all_columns": chart["columns"] if raw else [],
        "metrics": [] if raw else chart.get("metrics", []),
        "percent_metrics": [],
        "order_by_cols": [json.dumps([sort, ascending])] if raw and sort else [],
        "timeseries_limit_metric": None if raw else sort,
        "order_desc": not ascending,
        "row_limit": chart["rows"],
        "server_pagination": bool(pages),
        "server_page_length": pages or 10,
        "page_length": 0 if pages else 10,
        "show_totals": bool(chart.get("totals")),
        "include_search": bool(chart.get("search")),
        "table_timestamp_format": "smart_date",
        "allow_render_html": True,
        "show_cell_bars": bool(chart.get("bars")),
        "color_pn": False,
        "conditional_formatting": _colours(chart),
        "temporal_columns_lookup": {},
    }


def _series(chart: dict[str, Any]) -> dict[str, Any]:
    look = {
        "x_axis": chart["x"],
        "time_grain_sqla": chart["grain"],
        "x_axis_sort_asc": True,
        "x_axis_sort_series": "name",
        "x_axis_sort_series_ascending": True,
        "xAxisForceCategorical": not chart["temporal"],
        "metrics": chart["metrics"],
        "groupby": chart["by"],
        "order_desc": True,
        "row_limit": chart["rows"],
        "truncate_metric": True,
        "show_empty_columns": True,
        "comparison_type": "values",
        "x_axis_title": chart.get("x_title", ""),
        "x_axis_title_margin": 30 if "x_title" in chart else 15,
        "y_axis_title": chart.get("y_title", ""),
        "y_axis_title_margin": 40 if "y_title" in chart else 15,
        "y_axis_title_position": "Left",
        "sort_series_type": "sum",
        "color_scheme": chart["scheme"],
        "show_legend": True,
        "legendType": "scroll",
        "legendOrientation": "top",
        "only_total": True,
        "zoomable": bool(chart.get("zoom")),
        "x_axis_time_format": "smart_date",
        "y_axis_format": chart.get("format", "SMART_NUMBER"),
        "y_axis_bounds": [None, None],
        "rich_tooltip": True,
        "tooltipTimeFormat": "smart_date",
        "truncateXAxis": True,
        **_rolling(chart),
    }
    if chart["kind"] == "bars":
        look["orientation"] = "horizontal" if chart.get("horizontal") else "vertical"
        look["stack"] = "Stack" if chart.get("stacked") else None
    if chart["kind"] == "area":
        look |= {"seriesType": "line", "stack": "Stack", "opacity": 0.2}
    if chart["kind"] == "lines":
        look |= {"seriesType": "line"}
    return look


def _rolling(chart: dict[str, Any]) -> dict[str, Any]:
    rolling = chart.get("rolling")
    if rolling == "week":
        return {"rolling_type": "mean", "rolling_periods": 7, "min_periods": 0}
    return {"rolling_type": "cumsum" if rolling == "sum" else None}


def _mixed(chart: dict[str, Any]) -> dict[str, Any]:
    both = {
        "x_axis": chart["x"],
        "x_axis_title": chart.get("x_title", ""),
        "x_axis_title_margin": 30 if "x_title" in chart else 15,
        "y_axis_title": chart.get("y_title", ""),
        "y_axis_title_margin": 40,
        "y_axis_title_position": "Left",
        # Superset would put a title over the legend; the legend says what the line is
        "yAxisTitleSecondary": "",
        "xAxisForceCategorical": True,
        # whole numbers alone would give several marks of a low axis one label
        "y_axis_format": "SMART_NUMBER",
        "y_axis_format_secondary": ",.0%",
        "y_axis_bounds": [None, None],
        "y_axis_bounds_secondary": [0, 1],
        "color_scheme": chart["scheme"],
        "show_legend": True,
        "legendType": "scroll",
        "legendOrientation": "top",
        "rich_tooltip": True,
        "truncateXAxis": True,
        "adhoc_filters_b": adhoc_filters(chart),
    }
    for suffix, metrics, series, axis in (
        ("", chart["bars"], "bar", 0),
        ("_b", chart["line"], "line", 1),
    ):
        tail = "B" if suffix else ""
        both |= {
            f"metrics{suffix}": metrics,
            f"groupby{suffix}": [],
            f"row_limit{suffix}": chart["rows"],
            f"order_desc{suffix}": True,
            f"truncate_metric{suffix}": True,
            f"comparison_type{suffix}": "values",
            f"seriesType{tail}": series,
            f"yAxisIndex{tail}": axis,
            f"markerEnabled{tail}": series == "line",
            f"opacity{tail}": 0.2,
        }
    return both


def _pie(chart: dict[str, Any]) -> dict[str, Any]:
    return {
        "groupby": chart["by"],
        "metric": chart["metric"],
        "row_limit": chart["rows"],
        "sort_by_metric": True,
        "color_scheme": chart["scheme"],
        "show_labels": True,
        "show_labels_threshold": 5,
        "labels_outside": True,
        "label_line": True,
        "label_type": "key_value",
        "number_format": "SMART_NUMBER",
        "show_legend": True,
        "legendType": "scroll",
        "legendOrientation": "top",
        "donut": True,
        "innerRadius": 30,
        "outerRadius": 70,
        "show_total": True,
    }


def _pivot(chart: dict[str, Any]) -> dict[str, Any]:
    return {
        "groupbyRows": chart["down"],
        "groupbyColumns": chart["across"],
        "metrics": chart["metrics"],
        "metricsLayout": "COLUMNS",
        "aggregateFunction": "Sum",
        "rowOrder": "key_a_to_z",
        "colOrder": "key_a_to_z",
        "valueFormat": ",d",
        "order_desc": True,
        "row_limit": chart["rows"],
        "date_format": "smart_date",
    }


LOOKS = {
    "number": _number,
    "trend": _trend,
    "table": _table,
    "records": _table,
    "bars": _series,
    "lines": _series,
    "area": _series,
    "bars_and_line": _mixed,
    "pie": _pie,
    "pivot": _pivot,
}


def sort_order(chart: dict[str, Any]) -> tuple[str | None, bool]:
    """Return by what a table is sorted, and whether upwards; `-views` means downwards."""
    sort = chart.get("sort")
    return (sort.removeprefix("-"), not sort.startswith("-")) if sort else (None, False)


def _colours(chart: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"column": column, "colorScheme": COLOURS[colour], **condition(text)}
        for column, rules in chart.get("colours", {}).items()
        for text, colour in rules.items()
    ]


def condition(text: str) -> dict[str, Any]:
    """Return when a cell is coloured: `> 2`, `≥ 0`, or `0.5 .. 0.7` with both ends.

    Raises:
        ValueError: anything else.
    """
    low, between, high = text.partition(" .. ")
    if between:
        return {
            "operator": "≤ x ≤",
            "targetValueLeft": float(low),
            "targetValueRight": float(high),
        }
    operator, _, value = text.partition(" ")
    if operator not in (">", "<", "≥", "≤", "=", "≠"):
        raise ValueError(text)
    return {"operator": operator, "targetValue": float(value)}
