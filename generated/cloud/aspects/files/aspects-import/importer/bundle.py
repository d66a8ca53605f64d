"""Assets as plain data: path to content, in the form of Superset's own exports (version 1).

`{"databases/x.yaml": {...}, "datasets/DB/x.yaml": ..., "charts/x.yaml": ..., "dashboards/x.yaml": ...,
"roles.yaml": ..., "rls.yaml": ...}`
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

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


class Unique(yaml.SafeLoader):
    """Reads YAML; a key that stands twice in a map is an error, not the last one's victory."""


def _unique_map(loader: Unique, node: yaml.MappingNode) -> dict[Any, Any]:
    loader.flatten_mapping(node)
    seen: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in seen:
            raise yaml.constructor.ConstructorError(
                None, None, f"the key {key} stands twice", key_node.start_mark
            )
        seen[key] = loader.construct_object(value_node, deep=True)
    return seen


Unique.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _unique_map)


def read_files(folder: Path) -> dict[str, str]:
    """Return relative path to text of every YAML file below `folder`, sorted."""
    found = {}
    for path in sorted(folder.rglob("*.yaml")):
        parts = path.relative_to(folder).parts
        # a mounted ConfigMap keeps its older versions in hidden folders
        if not any(part.startswith("..") for part in parts):
            found["/".join(parts)] = path.read_text("utf-8")
    return found


def parse(texts: dict[str, str]) -> tuple[Bundle, list[str]]:
    """Return the contents by path, and what could not be read, with file and place."""
    bundle: Bundle = {}
    problems = []
    for name, text in texts.items():
        try:
            content = yaml.load(text, Loader=Unique)  # noqa: S506  a SafeLoader
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            place = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
            problems.append(f"{name}{place}: no YAML: {getattr(error, 'problem', error)}")
            continue
        if not isinstance(content, dict):
            problems.append(f"{name}: found {type(content).__name__}, expected a map")
            continue
        bundle[name] = content
    return bundle, problems


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
