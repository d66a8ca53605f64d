"""Build and run schema statements for one server or a cluster. Used by env.py and every revision.

Databases and tables are named by the environment, so that a revision holds for every site.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from alembic import op

Columns = Sequence[tuple[str, str]]

SINK_TABLES = (
    "course_overviews",
    "course_blocks",
    "course_relationships",
    "course_enrollment",
    "user_profile",
    "external_id",
    "tag",
    "taxonomy",
    "object_tag",
)
"""Tables that LMS and Studio insert into without naming columns.

Source: event sinks of platform-plugin-aspects, which send CSV without a header, read 2026-11.
"""

_recorded: list[list[str]] = []


class StatementError(Exception):
    """A statement of a revision failed; the text says which, where, and why."""


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


def run(revision: str, statements: Sequence[str]) -> None:
    """Run statements as they stand, saying which: no part is read as a bound parameter.

    Args:
        revision: `__file__` of the revision, for the log and for errors.
        statements: each may run twice, since a run may be killed after any of them.

    Raises:
        StatementError: the server refused one.
    """
    if _recorded:
        _recorded[-1].extend(statements)
        return
    name = Path(revision).name
    for number, statement in enumerate(statements, 1):
        place = f"{name}, statement {number} of {len(statements)}"
        print(f"{place}: {_shown(statement)}", flush=True)
        try:
            op.get_bind().exec_driver_sql(statement)
        except Exception as error:
            raise StatementError(f"{place} failed: {_reason(error)}\n{statement}") from error


@contextmanager
def recording() -> Iterator[list[str]]:
    """Note what revisions would run for as long as the block lasts, and run nothing."""
    _recorded.append([])
    try:
        yield _recorded[-1]
    finally:
        _recorded.pop()


def _shown(statement: str) -> str:
    """Return the first line of a statement."""
    return statement.partition("\n")[0][:120]


def _reason(error: Exception) -> str:
    """Return the server's words without SQLAlchemy's around them."""
    return str(getattr(error, "orig", None) or error).strip().splitlines()[0][:500]
