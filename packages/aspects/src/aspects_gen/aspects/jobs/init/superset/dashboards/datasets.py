"""Datasets as Superset's import takes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .sources import Sources, dashboards_of, datasets_of, fragments_of
from .sql import fill, link, worded

TYPES = {
    "text": "String",
    "int": "Int64",
    "float": "Float64",
    "bool": "Bool",
    "date": "Date",
    "time": "DateTime",
    "uuid": "UUID",
    "state": "AggregateFunction",
}
"""Words for types in the sources to what Superset is told."""

TEMPORAL = ("date", "time")


def columns_of(name: str, datasets: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the columns of a dataset, those it shares with another first; a type alone is a map."""
    dataset = datasets[name]
    found = columns_of(dataset["columns_of"], datasets) if "columns_of" in dataset else {}
    for column, given in dataset.get("columns", {}).items():
        found[column] = {"type": given} if isinstance(given, str) else dict(given)
    return found


def metrics_of(name: str, datasets: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the metrics of a dataset; an expression alone is a map."""
    dataset = datasets[name]
    found = metrics_of(dataset["metrics_of"], datasets) if "metrics_of" in dataset else {}
    found.setdefault("count", {"sql": "COUNT(*)", "label": "Count"})
    for metric, given in dataset.get("metrics", {}).items():
        found[metric] = {"sql": given} if isinstance(given, str) else dict(given)
    return found


def is_temporal(column: dict[str, Any]) -> bool:
    """Return whether a column holds a day or a moment."""
    return column.get("type") in TEMPORAL


def known_sql(sources: Sources, databases: Mapping[str, str]) -> dict[str, str]:
    """Return what a placeholder may stand for: a database, a fragment, another dataset's SQL."""
    bodies = {n: f"({d['sql'].strip()})" for n, d in datasets_of(sources).items() if "sql" in d}
    return {**bodies, **fragments_of(sources), **databases}


def expand_dataset(
    name: str, sources: Sources, databases: Mapping[str, str], slugs: Mapping[str, str]
) -> dict[str, Any]:
    """Return one dataset.

    Args:
        name: of its file.
        databases: placeholder to database name.
        slugs: slug of a dashboard in the sources to what it is called in this bundle.
    """
    datasets = datasets_of(sources)
    dataset = datasets[name]
    columns = columns_of(name, datasets)
    known = known_sql(sources, databases)
    schema, table = _place(name, dataset, databases)
    return {
        "table_name": table,
        "uuid": dataset["uuid"],
        "description": dataset.get("about", ""),
        "schema": schema,
        "sql": fill(dataset["sql"], known).strip() if "sql" in dataset else None,
        "main_dttm_col": dataset.get("time"),
        "cache_timeout": dataset.get("cache_seconds"),
        "filter_select_enabled": True,
        "offset": 0,
        "params": None,
        "template_params": None,
        "extra": None,
        "columns": [_column(n, c, sources, slugs) for n, c in columns.items()],
        "metrics": [_metric(n, m) for n, m in metrics_of(name, datasets).items()],
        "version": "1.0.0",
    }


def _place(
    name: str, dataset: dict[str, Any], databases: Mapping[str, str]
) -> tuple[str | None, str]:
    if "table" in dataset:
        database, _, table = dataset["table"].rpartition(".")
        return databases.get(database, database), table
    home = dataset.get("schema", "reporting")
    return (None if dataset.get("database") == "metadata" else databases.get(home, home)), name


def _column(
    name: str, column: dict[str, Any], sources: Sources, slugs: Mapping[str, str]
) -> dict[str, Any]:
    return {
        "column_name": name,
        "verbose_name": column.get("label", label_from(name)),
        "description": column.get("about"),
        "type": TYPES[column.get("type", "text")],
        "is_dttm": is_temporal(column),
        "is_active": True,
        "groupby": True,
        "filterable": True,
        "expression": column_sql(column, sources, slugs),
        # what a translation makes the expression of anew
        "extra": {"of": column["of"], "words": column["words"]} if "words" in column else {},
    }


def column_sql(column: dict[str, Any], sources: Sources, slugs: Mapping[str, str]) -> str | None:
    """Return the expression of a column that is computed, else None."""
    if "words" in column:
        return worded(column["of"], column["words"])
    if "link" in column:
        goal = column["link"]
        filters = dashboards_of(sources)[goal["dashboard"]]["filters"]
        ids = {f["name"]: f["id"] for f in filters if "name" in f}
        presets = {ids[name]: source for name, source in goal["filters"].items()}
        slug = slugs.get(goal["dashboard"], goal["dashboard"])
        return link(slug, goal["text"], presets)
    return column.get("sql")


def _metric(name: str, metric: dict[str, Any]) -> dict[str, Any]:
    return {
        "metric_name": name,
        "verbose_name": metric.get("label", label_from(name)),
        "description": metric.get("about"),
        "expression": metric["sql"],
        "d3format": metric.get("format"),
        "metric_type": None,
        "warning_text": None,
        "extra": {},
    }


def label_from(name: str) -> str:
    """Return a name as a reader would write it: `enrolled_at` as `Enrolled At`."""
    return name.replace("_", " ").title()
