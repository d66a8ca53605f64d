"""A filter changes every chart that a reader expects it to change."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ..datasets import known_sql
from ..filters import can_reach, in_scope
from ..layout import read_layout
from ..sources import Sources, charts_of, dashboards_of, datasets_of
from ..sql import DATABASES, fill


def scope_problems(sources: Sources) -> Iterator[str]:
    """Yield charts that a value filter cannot reach, and filters that reach none."""
    charts, datasets = charts_of(sources), datasets_of(sources)
    for slug, dashboard in dashboards_of(sources).items():
        layout = read_layout(slug, dashboard)
        for entry in dashboard.get("filters", []):
            if "divider" in entry:
                continue
            key = f"dashboards/{slug}.yaml: filters.{entry['name']}"
            named = set(entry.get("except", []))
            scope = in_scope(entry, layout)
            reached = [
                place.label
                for place in scope
                if can_reach(entry, charts[place.chart], datasets)
                or _asked(sources, charts[place.chart], entry)
            ]
            for label in sorted(named - {place.label for place in scope}):
                yield f"{key}.except: {label} is out of its reach anyway"
            if not set(reached) - named:
                yield f"{key}: the filter changes no chart"
            if entry.get("kind", "value") != "value":
                continue
            column = entry["column"].partition(".")[2]
            for place in scope:
                if place.label not in reached and place.label not in named:
                    dataset = charts[place.chart]["dataset"]
                    yield (
                        f"{key}: cannot change {place.label}: its dataset {dataset} "
                        f"has no column {column}; add one, or name the chart in `except`"
                    )


def _asked(sources: Sources, chart: dict[str, Any], entry: dict[str, Any]) -> bool:
    """Return whether the dataset's SQL itself asks for what was chosen."""
    if entry.get("kind", "value") != "value":
        return False
    column = entry["column"].partition(".")[2]
    known = known_sql(sources, {name: name for name in DATABASES})
    sql = fill(str(datasets_of(sources)[chart["dataset"]].get("sql", "")), known)
    return bool(re.search(rf"filter_values\('{re.escape(column)}'\)", sql))
