"""Source files as plain data: path to content, `{"charts/course-dashboard.yaml": {...}}`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

Sources = dict[str, dict[str, Any]]

FRAGMENTS = "fragments.yaml"
FOLDERS = ("datasets", "charts", "dashboards")
"""Of what is written here; all else is in the bundle's form."""

CONNECTIONS = {"clickhouse": "openedx_clickhouse", "metadata": "superset_metadata"}
"""What a dataset's `database` means: the file of the connection."""

FORM = "version"
"""Key that only Superset's own form of an asset has."""


class Unique(yaml.SafeLoader):
    """Reads YAML; a key that stands twice in a map is an error."""


def _unique_map(loader: Unique, node: yaml.MappingNode) -> dict[Any, Any]:
    loader.flatten_mapping(node)
    found: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in found:
            raise yaml.constructor.ConstructorError(
                None, None, f"the key {key} stands twice", key_node.start_mark
            )
        found[key] = loader.construct_object(value_node, deep=True)
    return found


Unique.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _unique_map)


def read_sources(folder: Path) -> tuple[Sources, list[str]]:
    """Return the contents of every YAML file below `folder` by path, and what could not be read."""
    return parse(read_files(folder))


def read_files(folder: Path) -> dict[str, str]:
    """Return relative path to text of every YAML file below `folder`, sorted.

    A mounted ConfigMap shows its folders as links, into hidden ones where it keeps its versions.
    """
    found = {}
    for root, folders, names in os.walk(folder, followlinks=True):
        folders[:] = [name for name in folders if not name.startswith("..")]
        for name in names:
            if name.endswith(".yaml"):
                path = Path(root, name)
                found[path.relative_to(folder).as_posix()] = path.read_text("utf-8")
    return dict(sorted(found.items()))


def parse(texts: dict[str, str]) -> tuple[Sources, list[str]]:
    """Return contents by path, and problems with file and place."""
    found: Sources = {}
    problems = []
    for name, text in texts.items():
        try:
            content = yaml.load(text, Loader=Unique)  # noqa: S506  a SafeLoader
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            place = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
            problems.append(f"{name}{place}: no YAML: {getattr(error, 'problem', error)}")
            continue
        if isinstance(content, dict):
            found[name] = content
        else:
            problems.append(f"{name}: found {type(content).__name__}, expected a map")
    return found, problems


def is_kept(path: str, content: dict[str, Any]) -> bool:
    """Return whether a file is in the bundle's form already, such as what Superset exported."""
    written = path == FRAGMENTS or path.partition("/")[0] in FOLDERS
    return not written or FORM in content


def datasets_of(sources: Sources) -> dict[str, dict[str, Any]]:
    """Return dataset name to content; the file bears the name."""
    return dict(_of(sources, "datasets"))


def dashboards_of(sources: Sources) -> dict[str, dict[str, Any]]:
    """Return slug to content of each dashboard."""
    return dict(_of(sources, "dashboards"))


def charts_of(sources: Sources) -> dict[str, dict[str, Any]]:
    """Return `SLUG/NAME` to chart: one file holds the charts of one dashboard by name."""
    return {
        f"{slug}/{name}": chart
        for slug, charts in _of(sources, "charts")
        for name, chart in charts.items()
    }


def fragments_of(sources: Sources) -> dict[str, str]:
    """Return name to SQL that several datasets share."""
    return {name: str(text) for name, text in sources.get(FRAGMENTS, {}).items()}


def chart_title(key: str, chart: dict[str, Any]) -> str:
    """Return what a reader sees above a chart."""
    return str(chart.get("title", key.partition("/")[2]))


def _of(sources: Sources, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, content in sorted(sources.items()):
        folder, _, name = path.partition("/")
        if folder == kind and not is_kept(path, content):
            yield name.removesuffix(".yaml"), content
