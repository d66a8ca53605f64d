"""Native filters of a dashboard, and which charts each can reach."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .charts import time_column
from .datasets import columns_of
from .layout import Place, Tab, places, tab_id, tab_paths

GRAIN_LABELS = {"P1D": "Day", "P1W": "Week", "P1M": "Month"}


def in_scope(entry: dict[str, Any], tab: Tab) -> list[Place]:
    """Return the places below the filter's tabs; all, when it names none."""
    wanted = set(entry.get("tabs", []))
    return [p for p in places(tab) if not wanted or wanted & set(p.tabs)]


def can_reach(
    entry: dict[str, Any], chart: dict[str, Any], datasets: Mapping[str, dict[str, Any]]
) -> bool:
    """Return whether a filter changes a chart: its dataset has the column, the chart a time."""
    kind = entry.get("kind", "value")
    if kind == "time":
        return time_column(chart, datasets) is not None
    if kind == "grain":
        return "grain" in chart
    return entry["column"].partition(".")[2] in columns_of(chart["dataset"], datasets)


def excluded(
    entry: dict[str, Any],
    tab: Tab,
    charts: Mapping[str, dict[str, Any]],
    datasets: Mapping[str, dict[str, Any]],
) -> list[str]:
    """Return the keys of charts in scope that the filter leaves alone.

    Those without a time or a grain go by themselves; a value filter names its exceptions.
    """
    named = set(entry.get("except", []))
    automatic = entry.get("kind", "value") != "value"
    return [
        place.chart
        for place in in_scope(entry, tab)
        if place.label in named
        or (automatic and not can_reach(entry, charts[place.chart], datasets))
    ]


def native_filters(
    dashboard: dict[str, Any],
    tab: Tab,
    charts: Mapping[str, dict[str, Any]],
    ids: Mapping[str, dict[str, Any]],
    datasets: Mapping[str, dict[str, Any]],
) -> list[dict[str, Any]]:
    """Return the dashboard's filters in Superset's form.

    Args:
        dashboard: as in the sources.
        tab: its layout.
        charts: chart key to source.
        ids: chart key to {id}.
        datasets: dataset name to source.
    """
    named = {f["name"]: f["id"] for f in dashboard.get("filters", []) if "name" in f}
    return [
        _divider(entry)
        if "divider" in entry
        else {
            **_kind(entry, datasets),
            "id": entry["id"],
            "name": entry["name"],
            "description": entry.get("about", ""),
            "type": "NATIVE_FILTER",
            "cascadeParentIds": [named[name] for name in entry.get("within", [])],
            "scope": {
                "rootPath": _root(entry, tab),
                "excluded": [ids[key]["id"] for key in excluded(entry, tab, charts, datasets)],
            },
        }
        for entry in dashboard.get("filters", [])
    ]


def _divider(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": entry["divider"],
        "type": "DIVIDER",
        "title": entry.get("title", ""),
        "description": "",
        "scope": {"rootPath": ["ROOT_ID"], "excluded": []},
    }


def _root(entry: dict[str, Any], tab: Tab) -> list[str]:
    wanted = entry.get("tabs", [])
    found = [tab_id(path) for path in tab_paths(tab) if path[-1] in wanted]
    return found or ["ROOT_ID"]


def _kind(entry: dict[str, Any], datasets: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    kind = entry.get("kind", "value")
    if kind == "time":
        span = entry.get("default")
        data = {"extraFormData": {"time_range": span}, "filterState": {"value": span}}
        return {
            "filterType": "filter_time",
            "targets": [{}],
            "controlValues": {"enableEmptyFilter": False},
            "defaultDataMask": data if span else _empty(),
        }
    if kind == "grain":
        grain = entry.get("default")
        state = {"label": GRAIN_LABELS.get(str(grain), grain), "value": [grain]}
        data = {"extraFormData": {"time_grain_sqla": grain}, "filterState": state}
        return {
            "filterType": "filter_timegrain",
            "targets": [{"datasetUuid": datasets[entry["dataset"]]["uuid"]}],
            "controlValues": {"enableEmptyFilter": False},
            "defaultDataMask": {**data, "ownState": {}} if grain else _empty(),
        }
    return _value(entry, datasets)


def _value(entry: dict[str, Any], datasets: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    dataset, _, column = entry["column"].partition(".")
    first = bool(entry.get("first"))
    found: dict[str, Any] = {
        "filterType": "filter_select",
        "targets": [{"datasetUuid": datasets[dataset]["uuid"], "column": {"name": column}}],
        "controlValues": {
            "multiSelect": bool(entry.get("many")),
            "enableEmptyFilter": first,
            "defaultToFirstItem": first,
            "inverseSelection": False,
            "searchAllOptions": bool(entry.get("search")),
            "sortAscending": True,
        },
        "defaultDataMask": _empty(),
    }
    if first:
        found["requiredFirst"] = True
    if "sort" in entry:
        found["sortMetric"] = entry["sort"]
    return found


def _empty() -> dict[str, Any]:
    return {"extraFormData": {}, "filterState": {}, "ownState": {}}
