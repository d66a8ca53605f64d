"""SQL of datasets against the relations it reads: every column exists, and comes out.

Needs sqlglot, which Superset itself parses these queries with.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify

from ..catalogue import Relations
from ..datasets import column_sql, columns_of, known_sql, metrics_of
from ..sources import Sources, datasets_of
from ..sql import DATABASES, fill

_JINJA = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)


def sql_problems(
    sources: Sources, relations: Relations, names: Collection[str] | None = None
) -> Iterator[str]:
    """Yield SQL that cannot be read, and columns that are used or declared but not there.

    Args:
        sources: path to content, without other problems.
        relations: what the models make.
        names: datasets to look at; None for all.
    """
    schema = _schema(relations)
    datasets = datasets_of(sources)
    known = known_sql(sources, {name: name for name in DATABASES})
    for name, dataset in datasets.items():
        if names is not None and name not in names:
            continue
        path = f"datasets/{name}.yaml"
        columns = columns_of(name, datasets)
        if "sql" in dataset and dataset.get("database") != "metadata":
            yield from _body(path, plain(fill(dataset["sql"], known)), columns, schema)
        yield from _expressions(path, name, sources)


def plain(sql: str) -> str:
    """Return SQL with Jinja as when something is chosen."""
    sql = re.sub(r"\{%\s*else.*?%\}.*?(?=\{%\s*endif)", "", sql, flags=re.DOTALL)
    sql = sql.replace("{{ filter_values('tag') | where_in }}", "('x')")
    return _JINJA.sub("", sql)


def _schema(relations: Relations) -> dict[str, dict[str, dict[str, str]]]:
    found: dict[str, dict[str, dict[str, str]]] = {}
    for relation, columns in relations.items():
        database, _, table = relation.partition(".")
        found.setdefault(database, {})[table] = dict.fromkeys(columns, "String")
    return found


def _body(
    path: str,
    sql: str,
    columns: dict[str, dict[str, Any]],
    schema: dict[str, dict[str, dict[str, str]]],
) -> Iterator[str]:
    try:
        tree = sqlglot.parse_one(sql, dialect="clickhouse")
    except SqlglotError as error:
        yield f"{path}: sql: cannot be read: {str(error).splitlines()[0]}"
        return
    wrong = False
    for table in tree.find_all(exp.Table):
        home = table.db
        if home and home != "system" and table.name not in schema.get(home, {}):
            yield f"{path}: sql: no model makes {home}.{table.name}"
            wrong = True
    if wrong or "system" in {table.db for table in tree.find_all(exp.Table)}:
        return
    try:
        whole = qualify(tree, schema=schema, dialect="clickhouse", identify=False)
    except SqlglotError as error:
        yield f"{path}: sql: {str(error).splitlines()[0]}"
        return
    given = set(getattr(whole, "named_selects", []))
    for column, about in columns.items():
        if not {"sql", "of", "link"} & set(about) and column not in given:
            yield f"{path}: columns.{column}: the SQL gives no such column"


def _expressions(path: str, name: str, sources: Sources) -> Iterator[str]:
    datasets = datasets_of(sources)
    columns = columns_of(name, datasets)
    stored = {n for n, c in columns.items() if not {"sql", "of", "link"} & set(c)}
    texts = {f"metrics.{n}": m["sql"] for n, m in metrics_of(name, datasets).items()}
    for column, about in columns.items():
        text = column_sql(about, sources, {})
        if text:
            texts[f"columns.{column}"] = text
    for key, text in texts.items():
        try:
            tree = sqlglot.parse_one(text, dialect="clickhouse")
        except SqlglotError as error:
            yield f"{path}: {key}: cannot be read: {str(error).splitlines()[0]}"
            continue
        for used in tree.find_all(exp.Column):
            if used.name not in stored:
                yield f"{path}: {key}: the dataset has no column {used.name}"
