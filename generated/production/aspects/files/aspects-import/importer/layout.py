"""Dashboards as Superset stores them: with its own numbers in place of UUIDs."""

from __future__ import annotations

import copy
import json
from typing import Any

from .bundle import chart_nodes

COLOURS = ("shared_label_colors", "map_label_colors", "color_scheme_domain")
"""Superset's page fills these in whenever an editor opens the dashboard; they are not compared."""

IN_SCOPE = ("chartsInScope", "tabsInScope")
"""Superset's page computes these itself."""


def numbered(
    content: dict[str, Any], charts: dict[str, int], datasets: dict[str, int]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return (position, metadata) of a dashboard with ids in place of UUIDs.

    Args:
        content: of the file; a chart's place may lack `chartId`.
        charts: id by UUID.
        datasets: id by UUID.
    """
    from superset.commands.dashboard.importers.v1.utils import update_id_refs

    config = copy.deepcopy(
        {"position": content.get("position") or {}, "metadata": content.get("metadata") or {}}
    )
    for place, (_, meta) in enumerate(chart_nodes(config)):
        meta.setdefault("chartId", -1 - place)
    for holder in scoped(config["metadata"]):
        for key in IN_SCOPE:
            holder.pop(key, None)
    found = update_id_refs(config, charts, {u: {"datasource_id": i} for u, i in datasets.items()})
    found["metadata"].pop("show_native_filters", None)
    return found["position"], found["metadata"]


def scoped(metadata: dict[str, Any]) -> list[dict[str, Any]]:
    """Return everything in a dashboard's metadata that has a scope."""
    crossing = [
        c.get("crossFilters") for c in (metadata.get("chart_configuration") or {}).values()
    ]
    found = [
        *(metadata.get("native_filter_configuration") or []),
        metadata.get("global_chart_configuration"),
        *crossing,
    ]
    return [holder for holder in found if isinstance(holder, dict)]


def compared(metadata: dict[str, Any]) -> dict[str, Any]:
    """Return the metadata less what Superset's pages write into it."""
    found = copy.deepcopy({k: v for k, v in metadata.items() if k not in COLOURS})
    for holder in scoped(found):
        for key in IN_SCOPE:
            holder.pop(key, None)
    return found


def read(text: str | None) -> dict[str, Any]:
    """Return a stored text of JSON as a map."""
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
