"""Build schema statements for one server or a cluster. Used by env.py and every revision.

Databases and tables are named by the environment, so that a revision holds for every site.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from alembic import op

Columns = Sequence[tuple[str, str]]


def database(key: str) -> str:
    """Return the site's name of a database: xapi, vector, event_sink, reporting or migrations."""
    return os.environ[f"{key.upper()}_DATABASE"]


def table_name(key: str) -> str:
    """Return the site's name of a raw table: raw_xapi, tracking_logs or dead_letters."""
    return os.environ[f"{key.upper()}_TABLE"]


def on_cluster() -> str:
    """Return the clause that repeats a statement on every replica, or nothing."""
    cluster = os.environ.get("CLICKHOUSE_CLUSTER", "")
    return f" ON CLUSTER '{cluster}'" if cluster else ""


def engine(name: str, *arguments: str) -> str:
    """Return a table engine, replicated where there is a cluster.

    Replica paths are the server's default, which holds the table's UUID.
    """
    prefix = "Replicated" if os.environ.get("CLICKHOUSE_CLUSTER") else ""
    return f"{prefix}{name}({', '.join(arguments)})"


def create_table(
    target: tuple[str, str],
    columns: Columns,
    *,
    kind: str,
    order_by: str,
    **clauses: str,
) -> str:
    """Return CREATE TABLE for (database, table); columns are (name, type with default).

    Further clauses: primary_key and partition_by.
    """
    listed = ",\n  ".join(f"`{name}` {kind_of}" for name, kind_of in columns)
    arguments = ("dt",) if kind == "ReplacingMergeTree(dt)" else ()
    tail = [f"ENGINE = {engine(kind.partition('(')[0], *arguments)}"]
    if "partition_by" in clauses:
        tail.append(f"PARTITION BY {clauses['partition_by']}")
    if "primary_key" in clauses:
        tail.append(f"PRIMARY KEY {clauses['primary_key']}")
    tail.append(f"ORDER BY {order_by}")
    head = f"CREATE TABLE IF NOT EXISTS {quoted(target)}{on_cluster()}"
    return f"{head}\n(\n  {listed}\n)\n" + "\n".join(tail)


def quoted(target: tuple[str, str]) -> str:
    """Return (database, table) in backticks."""
    return ".".join(f"`{part}`" for part in target)


def run(statement: str) -> None:
    """Run one statement as it stands: no part of it is read as a bound parameter."""
    op.get_bind().exec_driver_sql(statement)
