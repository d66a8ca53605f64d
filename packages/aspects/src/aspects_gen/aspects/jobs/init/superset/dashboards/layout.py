"""Where a dashboard's charts stand: rows of twelve columns, in tabs if there are any."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

COLUMNS = 12
HEIGHT = 50
"""Units of Superset's grid; one is 8 pixels."""


@dataclass(frozen=True)
class Place:
    """One chart in a layout."""

    label: str
    chart: str
    width: int
    height: int
    tabs: tuple[str, ...]


@dataclass
class Tab:
    """A tab, or the dashboard itself, with rows of places, text, and tabs of its own."""

    path: tuple[str, ...]
    rows: list[list[Place]] = field(default_factory=list)
    text: str = ""
    tabs: list[Tab] = field(default_factory=list)


def read_layout(slug: str, dashboard: dict[str, Any]) -> Tab:
    """Return the layout; a chart without a dashboard in front of its name is this one's."""
    return _tab(slug, dashboard, ())


def _tab(slug: str, source: dict[str, Any], path: tuple[str, ...]) -> Tab:
    return Tab(
        path,
        [_row(slug, row, path) for row in source.get("rows", [])],
        str(source.get("text", "")),
        [_tab(slug, inner, (*path, inner["tab"])) for inner in source.get("tabs", [])],
    )


def _row(slug: str, row: dict[str, Any], path: tuple[str, ...]) -> list[Place]:
    found = []
    for label, given in row.items():
        if label == "height":
            continue
        entry = given if isinstance(given, dict) else {"width": given}
        chart = entry.get("chart", f"{slug}/{label}")
        found.append(Place(label, chart, entry["width"], row.get("height", HEIGHT), path))
    return found


def places(tab: Tab) -> Iterator[Place]:
    """Return every place of a chart, from top to bottom."""
    for row in tab.rows:
        yield from row
    for inner in tab.tabs:
        yield from places(inner)


def tab_paths(tab: Tab) -> list[tuple[str, ...]]:
    """Return the path of every tab below."""
    return [path for inner in tab.tabs for path in (inner.path, *tab_paths(inner))]


def tab_id(path: tuple[str, ...]) -> str:
    """Return the id of a tab in Superset's layout."""
    return "TAB-" + "-".join(re.sub(r"[^a-z0-9]+", "-", part.lower()).strip("-") for part in path)


def position(tab: Tab, title: str, charts: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return Superset's layout.

    Args:
        tab: the whole layout.
        title: the dashboard's.
        charts: chart key to {uuid, id, title}.
    """
    nodes: dict[str, Any] = {
        "DASHBOARD_VERSION_KEY": "v2",
        "HEADER_ID": {"id": "HEADER_ID", "type": "HEADER", "meta": {"text": title}},
    }
    tabbed = bool(tab.tabs) and not tab.rows
    top = ["ROOT_ID"] if tabbed else ["ROOT_ID", "GRID_ID"]
    children = _content(tab, top, nodes, charts)
    below = [] if tabbed else children
    nodes["GRID_ID"] = _node("GRID_ID", "GRID", below, ["ROOT_ID"])
    nodes["ROOT_ID"] = _node("ROOT_ID", "ROOT", children if tabbed else ["GRID_ID"], [])
    return nodes


def _content(
    tab: Tab, parents: list[str], nodes: dict[str, Any], charts: dict[str, dict[str, Any]]
) -> list[str]:
    name = tab_id(tab.path).removeprefix("TAB-") if tab.path else "top"
    children = []
    for number, row in enumerate(tab.rows, 1):
        children.append(_row_node(f"ROW-{name}-{number}", row, parents, nodes, charts))
    if tab.text:
        children.append(_text_node(f"ROW-{name}-text", tab.text, parents, nodes))
    if tab.tabs:
        group = f"TABS-{name}"
        inside = []
        for inner in tab.tabs:
            key = tab_id(inner.path)
            below = _content(inner, [*parents, group, key], nodes, charts)
            nodes[key] = _node(key, "TAB", below, [*parents, group], {"text": inner.path[-1]})
            inside.append(key)
        nodes[group] = _node(group, "TABS", inside, parents)
        children.append(group)
    return children


def _row_node(
    key: str,
    row: list[Place],
    parents: list[str],
    nodes: dict[str, Any],
    charts: dict[str, dict[str, Any]],
) -> str:
    children = []
    for place in row:
        chart = charts[place.chart]
        meta = {
            "uuid": chart["uuid"],
            "chartId": chart["id"],
            "sliceName": chart["title"],
            "width": place.width,
            "height": place.height,
        }
        if place.label != chart["name"]:
            meta["sliceNameOverride"] = place.label
        child = f"CHART-{chart['uuid'][:8]}"
        nodes[child] = _node(child, "CHART", [], [*parents, key], meta)
        children.append(child)
    nodes[key] = _node(key, "ROW", children, parents, {"background": "BACKGROUND_TRANSPARENT"})
    return key


def _text_node(key: str, text: str, parents: list[str], nodes: dict[str, Any]) -> str:
    child = key.replace("ROW-", "MARKDOWN-", 1)
    meta = {"code": text.strip(), "width": COLUMNS, "height": HEIGHT}
    nodes[child] = _node(child, "MARKDOWN", [], [*parents, key], meta)
    nodes[key] = _node(key, "ROW", [child], parents, {"background": "BACKGROUND_TRANSPARENT"})
    return key


def _node(
    key: str,
    kind: str,
    children: list[str],
    parents: list[str],
    meta: dict[str, Any] | None = None,
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": key,
        "type": kind,
        "children": children,
        "parents": list(parents),
    }
    return {**found, "meta": meta} if meta else found
