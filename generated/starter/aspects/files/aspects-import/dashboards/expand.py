"""Sources into Superset's import bundle, version 1: path to content."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .charts import expand_chart
from .datasets import expand_dataset
from .filters import native_filters
from .layout import places, position, read_layout
from .sources import (
    CONNECTIONS,
    Sources,
    chart_title,
    charts_of,
    dashboards_of,
    datasets_of,
    is_kept,
)

Bundle = dict[str, dict[str, Any]]

COLOUR_SCHEME = "aspects_default"


def expand(sources: Sources, databases: Mapping[str, str]) -> Bundle:
    """Return the bundle of the sources' own language.

    Args:
        sources: without problems, as `find_problems` says.
        databases: ClickHouse database of each placeholder, see `sql.name_databases`.
    """
    bundle = {path: content for path, content in sources.items() if is_kept(path, content)}
    datasets, dashboards, charts = (
        datasets_of(sources),
        dashboards_of(sources),
        charts_of(sources),
    )
    for name, dataset in datasets.items():
        home = CONNECTIONS[dataset.get("database", "clickhouse")]
        found = expand_dataset(name, sources, databases, {})
        found["database_uuid"] = sources[f"databases/{home}.yaml"]["uuid"]
        bundle[f"datasets/{home}/{name}.yaml"] = found
    for key, chart in charts.items():
        title = chart_title(key, chart)
        slug = key.partition("/")[0]
        scheme = dashboards[slug].get("scheme", COLOUR_SCHEME)
        bundle[chart_path(key)] = expand_chart(title, chart, datasets, scheme)
    for slug, dashboard in dashboards.items():
        bundle[f"dashboards/{slug}.yaml"] = expand_dashboard(slug, dashboard, charts, datasets)
    return dict(sorted(bundle.items()))


def chart_path(key: str) -> str:
    """Return the bundle's path of a chart: `charts/course-dashboard-section-summary.yaml`."""
    return f"charts/{re.sub(r'[^a-z0-9]+', '-', key.lower()).strip('-')}.yaml"


def expand_dashboard(
    slug: str,
    dashboard: dict[str, Any],
    charts: Mapping[str, dict[str, Any]],
    datasets: Mapping[str, dict[str, Any]],
) -> dict[str, Any]:
    """Return one dashboard."""
    layout = read_layout(slug, dashboard)
    shown = {
        place.chart: {
            "id": number,
            "uuid": charts[place.chart]["uuid"],
            "title": chart_title(place.chart, charts[place.chart]),
            "name": place.chart.partition("/")[2],
        }
        for number, place in enumerate(places(layout), 1)
    }
    opened = [p.chart for p in places(layout) if p.label in dashboard.get("expanded", [])]
    return {
        "dashboard_title": dashboard["title"],
        "description": dashboard.get("about"),
        "slug": slug,
        "uuid": dashboard["uuid"],
        "css": dashboard.get("css", ""),
        "published": True,
        "certified_by": None,
        "certification_details": None,
        "position": position(layout, dashboard["title"], shown),
        "metadata": {
            "color_scheme": dashboard.get("scheme", COLOUR_SCHEME),
            "label_colors": {},
            "shared_label_colors": [],
            "map_label_colors": {},
            "cross_filters_enabled": True,
            "refresh_frequency": 0,
            "expanded_slices": {str(shown[key]["id"]): True for key in opened},
            "timed_refresh_immune_slices": [],
            "chart_configuration": {},
            "global_chart_configuration": {
                "scope": {"rootPath": ["ROOT_ID"], "excluded": []},
            },
            "native_filter_configuration": native_filters(
                dashboard, layout, charts, shown, datasets
            ),
        },
        "_roles": [dashboard["role"]],
        "version": "1.0.0",
    }
