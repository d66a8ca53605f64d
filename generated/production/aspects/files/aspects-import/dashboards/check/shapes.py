"""Each file has the keys of its kind, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from ..charts import GRAINS, KINDS, REQUIRED, allowed_keys
from ..datasets import TYPES
from ..looks import condition
from ..sources import CONNECTIONS, FRAGMENTS, Sources, is_kept

DATASET = (
    *("about", "uuid", "database", "schema", "table", "sql", "time", "columns", "columns_of"),
    *("metrics", "metrics_of", "offered", "cache_seconds"),
)
COLUMN = ("type", "label", "about", "sql", "of", "words", "link")
METRIC = ("sql", "label", "about", "format")
DASHBOARD = (
    *("title", "about", "uuid", "role", "scheme", "css", "filters", "expanded", "personal"),
    *("rows", "tabs", "text"),
)
TAB = ("tab", "rows", "tabs", "text")
FILTER = (
    *("name", "id", "about", "kind", "column", "dataset", "default", "within", "first", "many"),
    *("search", "sort", "tabs", "except"),
)
FILTER_KINDS = ("value", "time", "grain")
OPERATORS = ("==", "!=", ">", "<", ">=", "<=", "IN", "NOT IN", "LIKE", "IS NULL", "IS NOT NULL")


def shape_problems(sources: Sources) -> Iterator[str]:
    """Yield what a file may not say, or must."""
    for path, content in sources.items():
        folder = path.partition("/")[0]
        if path == FRAGMENTS or is_kept(path, content):
            continue
        if folder == "datasets":
            yield from _dataset(path, content)
        elif folder == "charts":
            for name, chart in content.items():
                yield from _chart(path, name, chart)
        elif folder == "dashboards":
            yield from _dashboard(path, content)


def _dataset(path: str, dataset: dict[str, Any]) -> Iterator[str]:
    yield from _keys(path, "", dataset, DATASET, ("uuid",))
    if ("table" in dataset) == ("sql" in dataset):
        yield f"{path}: sql: expected either sql or table"
    if dataset.get("database", "clickhouse") not in CONNECTIONS:
        yield f"{path}: database: found {dataset['database']!r}, expected {_or(CONNECTIONS)}"
    if not dataset.get("columns") and "columns_of" not in dataset:
        yield f"{path}: columns: missing, expected the columns of the dataset"
    for name, column in (dataset.get("columns") or {}).items():
        key = f"columns.{name}"
        given = {"type": column} if isinstance(column, str) else column
        yield from _keys(path, f"{key}.", given, COLUMN, ())
        kind = given.get("type", "text")
        if kind not in TYPES:
            yield f"{path}: {key}.type: found {kind!r}, expected {_or(TYPES)}"
        if "words" in given and "of" not in given:
            yield f"{path}: {key}.of: missing, expected the column whose values these words stand for"
    for name, metric in (dataset.get("metrics") or {}).items():
        given = {"sql": metric} if isinstance(metric, str) else metric
        yield from _keys(path, f"metrics.{name}.", given, METRIC, ("sql",))


def _chart(path: str, name: str, chart: Any) -> Iterator[str]:
    if not isinstance(chart, dict):
        yield f"{path}: {name}: found {type(chart).__name__}, expected a chart"
        return
    kind = chart.get("kind")
    if kind not in KINDS:
        yield f"{path}: {name}.kind: found {kind!r}, expected {_or(KINDS)}"
        return
    required = ("uuid", "dataset", *REQUIRED[kind])
    yield from _keys(path, f"{name}.", chart, sorted(allowed_keys(kind)), required)
    if "grain" in chart and chart["grain"] not in GRAINS:
        yield f"{path}: {name}.grain: found {chart['grain']!r}, expected {_or(GRAINS)}"
    for number, entry in enumerate(chart.get("where", [])):
        if not isinstance(entry, list) or len(entry) < 2 or entry[1] not in OPERATORS:
            yield (
                f"{path}: {name}.where.{number}: found {entry!r}, "
                f"expected [column, operator, value]; operators are {', '.join(OPERATORS)}"
            )
    for column, rules in chart.get("colours", {}).items():
        for text in rules:
            try:
                condition(text)
            except ValueError:
                yield (
                    f"{path}: {name}.colours.{column}: found {text!r}, "
                    "expected such as `> 0` or `0.5 .. 0.7`"
                )


def _dashboard(path: str, dashboard: dict[str, Any]) -> Iterator[str]:
    yield from _keys(path, "", dashboard, DASHBOARD, ("title", "uuid", "role"))
    yield from _rows(path, "", dashboard)
    for number, entry in enumerate(dashboard.get("filters", [])):
        key = f"filters.{entry.get('name', number)}"
        if "divider" in entry:
            yield from _keys(path, f"{key}.", entry, ("divider", "title"), ())
            continue
        kind = entry.get("kind", "value")
        needs = {"value": ("column",), "grain": ("dataset",)}.get(kind, ())
        yield from _keys(path, f"{key}.", entry, FILTER, ("name", "id", *needs))
        if kind not in FILTER_KINDS:
            yield f"{path}: {key}.kind: found {kind!r}, expected {_or(FILTER_KINDS)}"


def _rows(path: str, before: str, part: dict[str, Any]) -> Iterator[str]:
    for number, row in enumerate(part.get("rows", [])):
        for name, given in row.items() if isinstance(row, dict) else [("", row)]:
            width = given.get("width") if isinstance(given, dict) else given
            if not isinstance(width, int):
                yield f"{path}: {before}rows.{number}.{name}: found {given!r}, expected a width"
    for tab in part.get("tabs", []):
        yield from _keys(path, f"{before}tabs.", tab, TAB, ("tab",))
        yield from _rows(path, f"{before}{tab.get('tab')}.", tab)


def _keys(path: str, before: str, content: Any, allowed: Any, required: Any) -> Iterator[str]:
    if not isinstance(content, dict):
        yield f"{path}: {before.rstrip('.')}: found {content!r}, expected a map"
        return
    for key in content:
        if key not in allowed:
            close = get_close_matches(str(key), allowed, 1)
            hint = f"did you mean {close[0]}?" if close else f"expected {_or(allowed)}"
            yield f"{path}: {before}{key}: unknown key; {hint}"
    for key in required:
        if content.get(key) in (None, "", [], {}):
            yield f"{path}: {before}{key}: missing"


def _or(names: Any) -> str:
    return ", ".join(map(str, names))
