"""Every column that a dataset declares comes from a relation that the models make."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ..catalogue import Relations
from ..datasets import columns_of, is_temporal
from ..sources import Sources, datasets_of


def column_problems(sources: Sources, relations: Relations | None) -> Iterator[str]:
    """Yield tables that are not made, columns they lack, and times that are none."""
    datasets = datasets_of(sources)
    for name, dataset in datasets.items():
        path = f"datasets/{name}.yaml"
        columns = columns_of(name, datasets)
        time = dataset.get("time")
        if time and time not in columns:
            yield f"{path}: time: the dataset has no column {time}"
        elif time and not is_temporal(columns[time]):
            yield f"{path}: time: {time} holds no time"
        for column, given in columns.items():
            if "of" in given and given["of"] not in columns:
                yield f"{path}: columns.{column}.of: the dataset has no column {given['of']}"
        yield from _names(path, columns, dataset.get("metrics", {}))
        if "table" in dataset and relations is not None:
            yield from _table(path, dataset["table"], columns, relations)


def _names(
    path: str, columns: dict[str, dict[str, Any]], metrics: dict[str, dict[str, Any]]
) -> Iterator[str]:
    """Yield metrics whose column ClickHouse would take for another metric, where a chart shows both."""
    for taken in sorted(columns.keys() & metrics.keys()):
        for name, metric in metrics.items():
            if name != taken and re.search(rf"\b{taken}\b", metric["sql"]):
                yield (
                    f"{path}: metrics.{name}: {taken} is a metric too, which ClickHouse would read here; "
                    "give the column another name"
                )


def _table(
    path: str, table: str, columns: dict[str, dict[str, Any]], relations: Relations
) -> Iterator[str]:
    made = relations.get(table)
    if made is None:
        yield f"{path}: table: no model makes {table}"
        return
    for column, given in columns.items():
        if {"sql", "of", "link"} & set(given):
            continue
        if column not in made:
            yield f"{path}: columns.{column}: {table} has no such column"
        elif is_temporal(given) != made[column].startswith("Date"):
            yield f"{path}: columns.{column}: found {given['type']}, but in {table} it is {made[column]}"
