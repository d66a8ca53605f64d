"""Alembic's environment: connects to ClickHouse and runs revisions. Called by Alembic alone.

Attributes of its configuration: `server` is how to connect, `before` is called before each
statement and stops the run by raising SystemExit, `history` is the table of versions.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import ddl
import review
import sqlalchemy
from alembic import context
from clickhouse_connect.cc_sqlalchemy import alembic as clickhouse_alembic  # noqa: F401  registers

VERSION_COLUMNS = (("version_num", "String"), ("dt", "DateTime DEFAULT now()"))
VERSION_TABLE = "alembic_version"


def main() -> None:
    """Bring the version table into shape, review what would run, then run what is asked for."""
    attributes = context.config.attributes
    history = (ddl.database("migrations"), attributes.get("history", VERSION_TABLE))
    # the password is an argument, not part of an address that could be printed
    engine = sqlalchemy.create_engine("clickhousedb://", connect_args=attributes["server"])
    before = attributes.get("before", lambda: None)
    sqlalchemy.event.listen(engine, "before_cursor_execute", lambda *_: before())
    refuse_dangers()
    with engine.connect() as connection:
        for statement in version_statements(history):
            connection.exec_driver_sql(statement)
        context.configure(
            connection=connection,
            target_metadata=None,
            version_table=history[1],
            version_table_schema=history[0],
            transactional_ddl=False,
            transaction_per_migration=False,
        )
        with context.begin_transaction():
            context.run_migrations()


def refuse_dangers() -> None:
    """Stop before anything runs when a revision holds what it is not marked for."""
    oldest_first = reversed([script.module for script in context.script.walk_revisions()])
    problems = review.review(oldest_first)
    if problems:
        sys.exit("refused before any change:\n" + "\n".join(problems))


def version_statements(history: tuple[str, str]) -> list[str]:
    """Return what makes the version table and leaves one row in it.

    A run that was killed between writing the new version and removing the old one leaves two
    rows, and so do earlier installations; the newest one counts, which merging the table keeps.
    """
    create = ddl.create_table(
        history, VERSION_COLUMNS, kind="ReplacingMergeTree(dt)", order_by="tuple()"
    )
    return [create, f"OPTIMIZE TABLE {ddl.quoted(history)}{ddl.on_cluster()} FINAL"]


main()
