"""Charts as Superset's import takes them: what a kind of chart looks like stands here once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .datasets import columns_of, is_temporal
from .looks import LOOKS, adhoc_filters
from .queries import queries

GRAINS = {"hour": "PT1H", "day": "P1D", "week": "P1W", "month": "P1M"}

KINDS: dict[str, tuple[str, frozenset[str]]] = {
    "number": ("big_number_total", frozenset({"metric", "format", "as_time", "colours"})),
    "trend": ("big_number", frozenset({"metric", "x", "grain", "format"})),
    "table": (
        "table",
        frozenset({"columns", "metrics", "sort", "totals", "search", "colours", "bars"}),
    ),
    "records": ("table", frozenset({"columns", "sort", "totals", "search", "colours", "pages"})),
    "bars": ("echarts_timeseries_bar", frozenset({"stacked", "horizontal"})),
    "lines": ("echarts_timeseries_line", frozenset({"rolling"})),
    "area": ("echarts_area", frozenset({"rolling"})),
    "bars_and_line": (
        "mixed_timeseries",
        frozenset({"x", "bars", "line", "y_title", "x_title", "sort_by_metric"}),
    ),
    "pie": ("pie", frozenset({"metric", "by"})),
    "pivot": ("pivot_table_v2", frozenset({"metrics", "down", "across"})),
}
"""Kind in the sources to Superset's type, and the keys that only this kind has."""

SERIES = frozenset({"x", "by", "metrics", "grain", "x_title", "y_title", "zoom", "format"})
COMMON = frozenset(
    {"uuid", "title", "about", "kind", "dataset", "where", "time", "range", "rows", "personal"}
)
REQUIRED = {
    "number": ("metric",),
    "trend": ("metric", "x", "grain"),
    "table": ("columns",),
    "records": ("columns",),
    "bars": ("x", "metrics"),
    "lines": ("x", "metrics"),
    "area": ("x", "metrics"),
    "bars_and_line": ("x", "bars", "line"),
    "pie": ("metric", "by"),
    "pivot": ("metrics", "down", "across"),
}

ROWS = {"number": None, "trend": None, "pie": 100}


def allowed_keys(kind: str) -> frozenset[str]:
    """Return the keys that a chart of this kind may have."""
    own = KINDS[kind][1]
    return COMMON | own | (SERIES if kind in ("bars", "lines", "area") else frozenset())


def expand_chart(
    title: str,
    chart: dict[str, Any],
    datasets: Mapping[str, dict[str, Any]],
    scheme: str,
) -> dict[str, Any]:
    """Return one chart.

    Args:
        title: what stands above it.
        chart: as in the sources.
        datasets: dataset name to source.
        scheme: colour scheme of the dashboard it stands on.
    """
    shown = {**complete(chart, datasets), "scheme": scheme}
    params = {
        "viz_type": KINDS[chart["kind"]][0],
        "adhoc_filters": adhoc_filters(shown),
        "annotation_layers": [],
        "extra_form_data": {},
        **LOOKS[chart["kind"]](shown),
    }
    context = {
        # the import puts in the dataset's id here
        "datasource": {"id": 0, "type": "table"},
        "force": False,
        "form_data": params,
        "queries": queries(shown),
        "result_format": "json",
        "result_type": "full",
    }
    return {
        "slice_name": title,
        "uuid": chart["uuid"],
        "description": chart.get("about"),
        "viz_type": params["viz_type"],
        "params": params,
        "query_context": json.dumps(context, sort_keys=True, ensure_ascii=False),
        "cache_timeout": None,
        "certified_by": None,
        "certification_details": None,
        "dataset_uuid": datasets[chart["dataset"]]["uuid"],
        "version": "1.0.0",
    }


def complete(chart: dict[str, Any], datasets: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the chart with all that a reader of the source may leave out."""
    kind = chart["kind"]
    found = {"where": [], "by": [], "rows": ROWS.get(kind, 10000), **chart}
    found["time"] = time_column(chart, datasets)
    grain = chart.get("grain")
    found["grain"] = GRAINS[grain] if grain else None
    columns = columns_of(chart["dataset"], datasets)
    found["temporal"] = "x" in chart and is_temporal(columns.get(chart["x"], {}))
    return found


def time_column(chart: dict[str, Any], datasets: Mapping[str, dict[str, Any]]) -> str | None:
    """Return the column by which a dashboard's date filter filters a chart; None for not at all."""
    column = chart.get("time", datasets[chart["dataset"]].get("time"))
    return None if column in (None, "none") else str(column)
