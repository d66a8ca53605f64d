"""Alembic's environment: connects to ClickHouse and runs revisions. Called by Alembic alone."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import ddl
import sqlalchemy
from alembic import context
from clickhouse_connect.cc_sqlalchemy import alembic as clickhouse_alembic  # noqa: F401  registers

VERSION_COLUMNS = (("version_num", "String"), ("dt", "DateTime DEFAULT now()"))
VERSION_TABLE = "alembic_version"


def main() -> None:
    """Bring the version table into shape, then run what is asked for."""
    # the password is an argument, not part of an address that could be printed
    options = context.config.attributes["server"]
    engine = sqlalchemy.create_engine("clickhousedb://", connect_args=options)
    schema = ddl.database("migrations")
    with engine.connect() as connection:
        for statement in version_statements(schema):
            connection.exec_driver_sql(statement)
        context.configure(
            connection=connection,
            target_metadata=None,
            version_table=VERSION_TABLE,
            version_table_schema=schema,
            transactional_ddl=False,
            transaction_per_migration=False,
        )
        with context.begin_transaction():
            context.run_migrations()


def version_statements(schema: str) -> list[str]:
    """Return what makes the version table and leaves one row in it.

    A run that was killed between writing the new version and removing the old one leaves two
    rows, and so do earlier installations; the newest one counts, which merging the table keeps.
    """
    target = (schema, VERSION_TABLE)
    create = ddl.create_table(
        target, VERSION_COLUMNS, kind="ReplacingMergeTree(dt)", order_by="tuple()"
    )
    return [create, f"OPTIMIZE TABLE {ddl.quoted(target)}{ddl.on_cluster()} FINAL"]


main()
