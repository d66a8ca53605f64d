"""Whatever is named is there, and whatever is there is used."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from typing import Any

from ..datasets import columns_of, is_temporal, known_sql, metrics_of
from ..layout import COLUMNS, Place, places, read_layout, tab_paths
from ..queries import axis
from ..sources import CONNECTIONS, Sources, charts_of, dashboards_of, datasets_of, fragments_of
from ..sql import DATABASES, placeholders


def reference_problems(sources: Sources) -> Iterator[str]:
    """Yield what is named but not there, and what nothing uses."""
    wrong = list(_datasets(sources))
    yield from wrong
    if wrong:
        return
    for key, chart in charts_of(sources).items():
        yield from _chart(sources, key, chart)
    for slug, dashboard in dashboards_of(sources).items():
        yield from _layout(sources, slug, dashboard)
        yield from _filters(sources, slug, dashboard)
    yield from _links(sources)
    yield from _unused(sources)


def _datasets(sources: Sources) -> Iterator[str]:
    datasets = datasets_of(sources)
    known = known_sql(sources, {name: name for name in DATABASES})
    for name, dataset in datasets.items():
        path = f"datasets/{name}.yaml"
        home = f"databases/{CONNECTIONS[dataset.get('database', 'clickhouse')]}.yaml"
        if home not in sources:
            yield f"{path}: database: there is no {home}"
        for key in ("columns_of", "metrics_of"):
            if key in dataset and dataset[key] not in datasets:
                yield f"{path}: {key}: there is no dataset {dataset[key]}"
        for place in placeholders(str(dataset.get("sql", ""))):
            if place not in known:
                yield f"{path}: sql: nothing stands for {{{place}}}; a database, a fragment or a dataset"
    for name, text in fragments_of(sources).items():
        for place in placeholders(text):
            if place not in known:
                yield f"fragments.yaml: {name}: nothing stands for {{{place}}}"


def _chart(sources: Sources, key: str, chart: dict[str, Any]) -> Iterator[str]:
    slug, _, name = key.partition("/")
    place = f"charts/{slug}.yaml: {name}"
    datasets = datasets_of(sources)
    if chart["dataset"] not in datasets:
        yield f"{place}.dataset: there is no dataset {chart['dataset']}"
        return
    if slug not in dashboards_of(sources):
        yield f"{place}: there is no dashboard {slug}"
    columns = columns_of(chart["dataset"], datasets)
    metrics = metrics_of(chart["dataset"], datasets)
    yield from _named(place, chart, ("x", "by", "columns", "down", "across"), columns, "column")
    yield from _named(place, chart, ("metric", "metrics", "bars", "line"), metrics, "metric")
    for number, (column, *_rest) in enumerate(chart.get("where", [])):
        if column not in columns:
            yield f"{place}.where.{number}: {chart['dataset']} has no column {column}"
    sort = chart.get("sort", "").removeprefix("-")
    if sort and sort not in (columns if chart["kind"] == "records" else metrics):
        yield f"{place}.sort: {chart['dataset']} has nothing called {sort} to sort by"
    if chart["kind"] == "records":
        yield from _records(place, chart, columns)
    yield from _colours(place, chart)
    yield from _time(place, chart, datasets)


def _named(
    place: str, chart: dict[str, Any], parts: Iterable[str], known: Container[str], what: str
) -> Iterator[str]:
    for part in parts:
        given = chart.get(part)
        for name in _listed(given) if isinstance(given, str | list) else []:
            if name not in known:
                yield f"{place}.{part}: {chart['dataset']} has no {what} {name}"


def _records(
    place: str, chart: dict[str, Any], columns: dict[str, dict[str, Any]]
) -> Iterator[str]:
    """Superset 6.1 looks for a computed column among what ClickHouse stores, where nothing is grouped."""
    for name in chart["columns"]:
        if {"sql", "of", "link"} & set(columns.get(name, {})):
            yield f"{place}.columns: {name} is computed, which records cannot show; make it a table"


def _colours(place: str, chart: dict[str, Any]) -> Iterator[str]:
    shown = {*_listed(chart.get("columns")), *_listed(chart.get("metrics"))}
    shown |= {*_listed(chart.get("metric"))}
    for column in chart.get("colours", {}):
        if column not in shown:
            yield f"{place}.colours: the chart does not show {column}"


def _time(place: str, chart: dict[str, Any], datasets: dict[str, dict[str, Any]]) -> Iterator[str]:
    columns = columns_of(chart["dataset"], datasets)
    own = chart.get("time", "none")
    if own != "none" and not is_temporal(columns.get(own, {})):
        yield f"{place}.time: {chart['dataset']} has no column {own} that holds time"
    if "range" in chart and chart.get("time", datasets[chart["dataset"]].get("time")) is None:
        yield f"{place}.range: the chart has no time to be within it"
    if "grain" in chart and not is_temporal(columns.get(chart["x"], {})):
        yield f"{place}.grain: {chart['x']} holds no time"
    if chart["kind"] == "trend" and isinstance(axis({**chart, "temporal": "grain" in chart}), str):
        yield f"{place}.x: expected a column that holds time"


def _layout(sources: Sources, slug: str, dashboard: dict[str, Any]) -> Iterator[str]:
    path = f"dashboards/{slug}.yaml"
    charts = charts_of(sources)
    layout = read_layout(slug, dashboard)
    seen: set[str] = set()
    found: list[Place] = list(places(layout))
    for place in found:
        where = f"{path}: {'.'.join((*place.tabs, place.label))}"
        if place.chart not in charts:
            yield f"{where}: there is no chart {place.chart}"
        if place.chart in seen:
            yield f"{where}: the chart stands on this dashboard twice"
        seen.add(place.chart)
    for tab in (layout, *_below(layout)):
        for number, row in enumerate(tab.rows):
            width = sum(place.width for place in row)
            if not 0 < width <= COLUMNS:
                key = ".".join((*tab.path, f"rows.{number}"))
                yield f"{path}: {key}: {width} columns wide, expected 1 to {COLUMNS}"
    labels = {place.label for place in found}
    for label in dashboard.get("expanded", []):
        if label not in labels:
            yield f"{path}: expanded: no chart {label} on this dashboard"


def _below(tab: Any) -> Iterator[Any]:
    for inner in tab.tabs:
        yield inner
        yield from _below(inner)


def _filters(sources: Sources, slug: str, dashboard: dict[str, Any]) -> Iterator[str]:
    path = f"dashboards/{slug}.yaml"
    datasets = datasets_of(sources)
    layout = read_layout(slug, dashboard)
    tabs = {path[-1] for path in tab_paths(layout)}
    before: set[str] = set()
    for entry in dashboard.get("filters", []):
        key = f"{path}: filters.{entry.get('name', '')}"
        dataset, _, column = str(entry.get("column", "")).partition(".")
        dataset = entry.get("dataset", dataset)
        if dataset and dataset not in datasets:
            yield f"{key}.column: there is no dataset {dataset}"
        elif column and column not in columns_of(dataset, datasets):
            yield f"{key}.column: {dataset} has no column {column}"
        if "sort" in entry and entry["sort"] not in metrics_of(dataset, datasets):
            yield f"{key}.sort: {dataset} has no metric {entry['sort']}"
        for tab in entry.get("tabs", []):
            if tab not in tabs:
                yield f"{key}.tabs: there is no tab {tab}"
        for parent in entry.get("within", []):
            if parent not in before:
                yield f"{key}.within: there is no filter {parent} above this one"
        before.add(entry.get("name", ""))


def _links(sources: Sources) -> Iterator[str]:
    dashboards = dashboards_of(sources)
    for name, dataset in datasets_of(sources).items():
        columns = columns_of(name, datasets_of(sources))
        for column, given in dataset.get("columns", {}).items():
            goal = given.get("link") if isinstance(given, dict) else None
            key = f"datasets/{name}.yaml: columns.{column}.link"
            if goal is None:
                continue
            if goal.get("dashboard") not in dashboards:
                yield f"{key}.dashboard: there is no dashboard {goal.get('dashboard')}"
                continue
            names = {f.get("name") for f in dashboards[goal["dashboard"]].get("filters", [])}
            for filter_name, source in goal["filters"].items():
                if filter_name not in names:
                    yield f"{key}.filters: {goal['dashboard']} has no filter {filter_name}"
                if source not in columns:
                    yield f"{key}.filters.{filter_name}: the dataset has no column {source}"


def _unused(sources: Sources) -> Iterator[str]:
    charts, datasets, dashboards = (
        charts_of(sources),
        datasets_of(sources),
        dashboards_of(sources),
    )
    placed = {p.chart for s, d in dashboards.items() for p in places(read_layout(s, d))}
    for key in charts:
        if key not in placed:
            slug, _, name = key.partition("/")
            yield f"charts/{slug}.yaml: {name}: no dashboard shows this chart"
    used = {chart["dataset"] for chart in charts.values()}
    for dashboard in dashboards.values():
        for entry in dashboard.get("filters", []):
            used |= {entry.get("dataset"), str(entry.get("column", "")).partition(".")[0]}
    texts = [*fragments_of(sources).values(), *(str(d.get("sql", "")) for d in datasets.values())]
    used |= {name for text in texts for name in placeholders(text)}
    for name, dataset in datasets.items():
        if name not in used and not dataset.get("offered"):
            yield f"datasets/{name}.yaml: nothing uses this dataset; `offered: true` keeps it for others"


def _listed(value: Any) -> list[str]:
    if value is None:
        return []
    return [value] if isinstance(value, str) else list(value)
