"""Whoever may not see everything sees only rows that a rule can go by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..datasets import columns_of
from ..layout import places, read_layout
from ..sources import Sources, charts_of, dashboards_of, datasets_of

UNRESTRICTED = ("Admin", "Operator")
"""Roles whose dashboards show the whole platform."""

FENCE = ("org", "course_key")
"""Columns that row-level rules and the tokens of embedded dashboards go by.

Source: the platform plugin asks for tokens with `org = '...'` and `course_key = '...'`.
"""


def access_problems(sources: Sources) -> Iterator[str]:
    """Yield datasets in reach of a restricted role that no rule of a course can fence."""
    datasets = datasets_of(sources)
    rules = sources.get("rls.yaml", {}).get("rules") or []
    for name, slugs in restricted_datasets(sources).items():
        path = f"datasets/{name}.yaml"
        columns = columns_of(name, datasets)
        ways = ", ".join(slugs)
        if datasets[name].get("database") == "metadata":
            yield f"{path}: database: shows all of Superset's users through {ways}"
        for column in FENCE:
            if column not in columns:
                yield (
                    f"{path}: columns: no column {column}; course staff reach this dataset "
                    f"through {ways}, and see only courses of theirs by it"
                )
        if rules and not any(_fences(rule, name, datasets[name], set(columns)) for rule in rules):
            yield f"{path}: no row-level rule of rls.yaml fences this dataset, reached through {ways}"


def restricted_datasets(sources: Sources) -> dict[str, list[str]]:
    """Return dataset name to the dashboards by which a restricted role reaches it."""
    charts = charts_of(sources)
    found: dict[str, set[str]] = {}
    for slug, dashboard in dashboards_of(sources).items():
        if dashboard["role"] in UNRESTRICTED:
            continue
        used = {charts[p.chart]["dataset"] for p in places(read_layout(slug, dashboard))}
        for entry in dashboard.get("filters", []):
            used |= {entry.get("dataset"), str(entry.get("column", "")).partition(".")[0]}
        for name in used - {None, ""}:
            found.setdefault(str(name), set()).add(slug)
    return {name: sorted(slugs) for name, slugs in sorted(found.items())}


def _fences(rule: dict[str, Any], name: str, dataset: dict[str, Any], columns: set[str]) -> bool:
    named = rule.get("datasets") or []
    wanted = set(rule.get("columns") or [])
    return name in named or dataset["uuid"] in named or bool(wanted and wanted <= columns)
