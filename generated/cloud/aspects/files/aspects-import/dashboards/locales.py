"""A bundle in another language: its texts translated, its identities those of the copy."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID, uuid5

from .sql import worded

Bundle = dict[str, dict[str, Any]]

TRANSLATABLE = {
    "dashboards": (
        "dashboard_title",
        "description",
        "position.*.meta.text",
        "position.*.meta.code",
        "position.*.meta.sliceName",
        "position.*.meta.sliceNameOverride",
        "metadata.native_filter_configuration.*.name",
        "metadata.native_filter_configuration.*.title",
        "metadata.native_filter_configuration.*.description",
        "metadata.native_filter_configuration.*.defaultDataMask.filterState.label",
    ),
    "charts": (
        "slice_name",
        "description",
        "params.x_axis_title",
        "params.y_axis_title",
    ),
    "datasets": (
        "columns.*.verbose_name",
        "columns.*.description",
        "columns.*.extra.words.*",
        "metrics.*.verbose_name",
        "metrics.*.description",
    ),
}
"""Every text that a reader sees, by kind of asset; a star is each entry of a list or map."""


def normal(locale: str) -> str:
    """Return a locale as UUIDs, names and comparisons know it: `es-419` as `es_419`."""
    return locale.lower().replace("-", "_")


def localised_uuid(uuid: str, locale: str) -> str:
    """Return the UUID of an asset's copy in a language.

    Source: the rule by which the platform plugin asks for dashboards; both sides must agree.
    """
    return str(uuid5(uuid5(UUID(uuid), "superset"), normal(locale)))


def visible_texts(bundle: Bundle) -> list[tuple[str, str, str]]:
    """Return (file, key, text) of every text that a reader sees."""
    return [
        (path, key, holder[last])
        for path, content in bundle.items()
        for key, holder, last in _spots(path, content)
    ]


def translate(bundle: Bundle, catalogue: Mapping[str, str]) -> Bundle:
    """Return a copy with every visible text that the catalogue has replaced; others stay."""
    found = copy.deepcopy(bundle)
    for path, content in found.items():
        for _key, holder, last in _spots(path, content):
            holder[last] = catalogue.get(holder[last], holder[last])
        for column in content.get("columns", []) if path.startswith("datasets/") else []:
            words = column["extra"].get("words")
            if words:
                column["expression"] = worded(column["extra"]["of"], words)
        if path.startswith("charts/"):
            _renew_context(content)
    return found


def localise(bundle: Bundle, locale: str, catalogue: Mapping[str, str]) -> Bundle:
    """Return the copies of charts, datasets and dashboards in a language, under paths of their own.

    Args:
        bundle: in the sources' language.
        locale: such as `es-419`; names of copies end in it.
        catalogue: text to its translation.
    """
    tail = normal(locale)
    own = {
        path: content
        for path, content in bundle.items()
        if path.startswith(("charts/", "datasets/", "dashboards/"))
    }
    uuids = {str(c["uuid"]): localised_uuid(str(c["uuid"]), locale) for c in own.values()}
    slugs = {c["slug"]: f"{c['slug']}-{tail}" for c in own.values() if "slug" in c}
    found = {}
    for path, content in translate(own, catalogue).items():
        kind = path.partition("/")[0]
        content["uuid"] = uuids[content["uuid"]]
        if kind == "datasets":
            _dataset(content, slugs, tail)
        elif kind == "charts":
            content["dataset_uuid"] = uuids[content["dataset_uuid"]]
        else:
            _dashboard(content, uuids, locale, tail)
        found[path.replace(".yaml", f"-{tail}.yaml")] = content
    return found


def _dataset(dataset: dict[str, Any], slugs: Mapping[str, str], tail: str) -> None:
    if not dataset["sql"]:
        # two datasets cannot stand for one table, but each may select from it
        schema = dataset["schema"]
        dataset["sql"] = f"SELECT * FROM {schema}.{dataset['table_name']}"  # noqa: S608  names of ours
    dataset["_base"] = dataset["table_name"]
    dataset["table_name"] += f"_{tail}"
    for column in dataset["columns"]:
        if column["expression"]:
            column["expression"] = re.sub(
                r"(?<=/superset/dashboard/)[a-z0-9-]+",
                lambda match: slugs.get(match.group(), match.group()),
                column["expression"],
            )


def _dashboard(
    dashboard: dict[str, Any], uuids: Mapping[str, str], locale: str, tail: str
) -> None:
    dashboard["slug"] += f"-{tail}"
    dashboard["_roles"] = [f"{role} - {locale}" for role in dashboard["_roles"]]
    for node in dashboard["position"].values():
        if isinstance(node, dict) and "uuid" in node.get("meta", {}):
            node["meta"]["uuid"] = uuids[node["meta"]["uuid"]]
    for entry in dashboard["metadata"]["native_filter_configuration"]:
        for target in entry.get("targets", []):
            if "datasetUuid" in target:
                target["datasetUuid"] = uuids[target["datasetUuid"]]


def _renew_context(chart: dict[str, Any]) -> None:
    context = json.loads(chart["query_context"])
    context["form_data"] = chart["params"]
    chart["query_context"] = json.dumps(context, sort_keys=True, ensure_ascii=False)


def _spots(path: str, content: dict[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    for pattern in TRANSLATABLE.get(path.partition("/")[0], ()):
        for key, holder, last in _walk(content, pattern.split("."), ""):
            if isinstance(holder[last], str) and holder[last].strip():
                yield key, holder, last


def _walk(holder: Any, parts: list[str], before: str) -> Iterator[tuple[str, Any, Any]]:
    first, *rest = parts
    if first == "*":
        names = range(len(holder)) if isinstance(holder, list) else list(holder)
    else:
        names = [first] if isinstance(holder, dict) and first in holder else []
    for name in names:
        key = f"{before}{name}"
        if not rest:
            yield key, holder, name
        elif isinstance(holder[name], dict | list):
            yield from _walk(holder[name], rest, f"{key}.")
