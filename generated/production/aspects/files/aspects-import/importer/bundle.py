"""Assets as plain data: path to content, in the form of Superset's own exports (version 1).

`{"databases/x.yaml": {...}, "datasets/DB/x.yaml": ..., "charts/x.yaml": ..., "dashboards/x.yaml": ...,
"roles.yaml": ..., "rls.yaml": ...}`
"""

from __future__ import annotations

from typing import Any

KINDS = ("databases", "datasets", "charts", "dashboards")
"""In the order in which one may name the other."""

NAME_KEYS = {
    "databases": "database_name",
    "datasets": "table_name",
    "charts": "slice_name",
    "dashboards": "dashboard_title",
}
"""What a reader knows an asset by."""

METADATA, ROLES, RULES = "metadata.yaml", "roles.yaml", "rls.yaml"

Bundle = dict[str, dict[str, Any]]


def assets_of(bundle: Bundle, kind: str) -> dict[str, dict[str, Any]]:
    """Return the assets of a kind by path, sorted."""
    return {
        name: content for name, content in sorted(bundle.items()) if name.startswith(f"{kind}/")
    }


def chart_nodes(dashboard: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Return (key, meta) of every place for a chart in a dashboard's layout."""
    return [
        (key, node.get("meta") or {})
        for key, node in (dashboard.get("position") or {}).items()
        if isinstance(node, dict) and node.get("type") == "CHART"
    ]


def filter_targets(dashboard: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Return (key, target) of every native filter's target that names a dataset."""
    filters = (dashboard.get("metadata") or {}).get("native_filter_configuration") or []
    return [
        (f"metadata.native_filter_configuration.{index}.targets.{place}", target)
        for index, entry in enumerate(filters)
        for place, target in enumerate(entry.get("targets") or [])
        if target.get("datasetUuid")
    ]
