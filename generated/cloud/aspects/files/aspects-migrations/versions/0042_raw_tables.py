"""What the raw tables need besides: a fast look-up of ids, and a place for what cannot be read."""

from __future__ import annotations

import ddl

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both; each statement may be repeated after a kill."""
    for statement in statements():
        ddl.run(statement)


def downgrade() -> None:
    """Remove the index; dead letters are data and stay."""
    target = ddl.quoted((ddl.database("xapi"), ddl.table_name("raw_xapi")))
    ddl.run(f"ALTER TABLE {target}{ddl.on_cluster()} DROP INDEX IF EXISTS event_id_seen")


def statements() -> list[str]:
    """Return the schema statements in order.

    Ralph looks up the ids of every batch before it inserts; without the index each look-up reads
    the whole table. 0.001 keeps false hits rare at about 1.8 bytes an id.
    """
    raw = ddl.quoted((ddl.database("xapi"), ddl.table_name("raw_xapi")))
    letters = ddl.create_table(
        (ddl.database("vector"), ddl.table_name("dead_letters")),
        DEAD_LETTERS,
        kind="MergeTree",
        order_by="time",
        partition_by="toYYYYMM(time)",
    )
    index = "INDEX IF NOT EXISTS event_id_seen event_id TYPE bloom_filter(0.001) GRANULARITY 1"
    return [f"ALTER TABLE {raw}{ddl.on_cluster()} ADD {index}", letters]


DEAD_LETTERS = (
    ("id", "UUID"),
    ("time", "DateTime64(6)"),
    ("logger", "LowCardinality(String)"),
    ("reason", "LowCardinality(String)"),
    ("origin", "String"),
    ("message", "String"),
)
"""A line as it came in, who wrote it, why it could not be read, and where it was found."""
