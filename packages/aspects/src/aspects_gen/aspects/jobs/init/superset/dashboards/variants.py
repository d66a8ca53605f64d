"""What a site does not show: charts of people's names, or of a connection it does not have; its own help."""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping
from typing import Any

from .layout import places, read_layout, tab_paths
from .sources import CONNECTIONS, Sources, charts_of, dashboards_of, datasets_of

HELP = "Help"
"""Name of the tab whose text a site may set."""


def fit(sources: Sources, *, personal: bool, connections: Collection[str]) -> Sources:
    """Return the sources without what a site leaves out.

    Args:
        sources: without problems.
        personal: whether names and addresses of learners may be shown.
        connections: what the site has, such as `clickhouse`; see `CONNECTIONS`.
    """
    found = copy.deepcopy(sources)
    for slug, dashboard in dashboards_of(sources).items():
        if dashboard.get("personal") and not personal:
            found.pop(f"dashboards/{slug}.yaml")
    for name, dataset in datasets_of(sources).items():
        if dataset.get("database", "clickhouse") not in connections:
            found.pop(f"datasets/{name}.yaml")
    for name, file in CONNECTIONS.items():
        if name not in connections:
            found.pop(f"databases/{file}.yaml", None)
    shown = datasets_of(found)
    gone = {
        key
        for key, chart in charts_of(found).items()
        if chart["dataset"] not in shown or (chart.get("personal") and not personal)
    }
    for slug, dashboard in dashboards_of(found).items():
        _clear(slug, dashboard, gone)
    placed = {p.chart for s, d in dashboards_of(found).items() for p in places(read_layout(s, d))}
    for key in charts_of(found):
        if key not in placed:
            slug, _, name = key.partition("/")
            found[f"charts/{slug}.yaml"].pop(name)
    return found


def put_help(sources: Sources, texts: Mapping[str, str]) -> None:
    """Set the Help tab of dashboards by slug; an empty text takes the tab away."""
    dashboards = dashboards_of(sources)
    for slug in set(texts) & set(dashboards):
        tabs = dashboards[slug].get("tabs", [])
        for tab in [tab for tab in tabs if tab["tab"] == HELP]:
            if texts[slug].strip():
                tab["text"] = texts[slug]
            else:
                tabs.remove(tab)


def _clear(slug: str, dashboard: dict[str, Any], gone: Collection[str]) -> None:
    before = {place.chart: place.label for place in places(read_layout(slug, dashboard))}
    labels = {label for chart, label in before.items() if chart in gone}
    if not labels:
        return
    _clear_part(dashboard, labels)
    tabs = {path[-1] for path in tab_paths(read_layout(slug, dashboard))}
    dashboard["expanded"] = [n for n in dashboard.get("expanded", []) if n not in labels]
    for entry in dashboard.get("filters", []):
        if "tabs" in entry:
            entry["tabs"] = [tab for tab in entry["tabs"] if tab in tabs]
        if "except" in entry:
            entry["except"] = [label for label in entry["except"] if label not in labels]


def _clear_part(part: dict[str, Any], labels: Collection[str]) -> None:
    rows = [{k: v for k, v in row.items() if k not in labels} for row in part.get("rows", [])]
    part["rows"] = [row for row in rows if set(row) - {"height"}]
    for tab in part.get("tabs", []):
        _clear_part(tab, labels)
    part["tabs"] = [
        tab for tab in part.get("tabs", []) if tab["rows"] or tab["tabs"] or tab.get("text")
    ]
