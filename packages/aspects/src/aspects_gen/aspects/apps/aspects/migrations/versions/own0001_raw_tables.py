"""What the raw tables need besides: a fast look-up of ids, and a place for what cannot be read.

Its id is none that the public migrations could come to use.
"""

from __future__ import annotations

import base_tables
import ddl

revision = "own0001"
down_revision = "0041"
branch_labels = None
depends_on = None

DEAD_LETTERS = (
    ("id", "UUID"),
    ("time", "DateTime64(6)"),
    ("logger", "LowCardinality(String)"),
    ("reason", "LowCardinality(String)"),
    ("origin", "String"),
    ("message", "String"),
)
"""A line as it came in, who wrote it, why it could not be read, and where it was found."""


def upgrade() -> None:
    """Add both, after what a site that comes from Tutor lacks: functions on every replica."""
    ddl.run(__file__, [*base_tables.statements(), *statements()])


def downgrade() -> None:
    """Remove the index; dead letters are data and stay."""
    target = ddl.quoted((ddl.database("xapi"), ddl.table_name("raw_xapi")))
    drop = f"ALTER TABLE {target}{ddl.on_cluster()} DROP INDEX IF EXISTS event_id_seen"
    ddl.run(__file__, [drop])


def statements() -> list[str]:
    """Return the schema statements in order.

    Ralph looks up the ids of every batch before it inserts; without the index each look-up reads
    the whole table. 0.001 keeps false hits rare at about 1.8 bytes an id.
    """
    raw = ddl.quoted((ddl.database("xapi"), ddl.table_name("raw_xapi")))
    letters = ddl.create_table(
        (ddl.database("vector"), ddl.table_name("dead_letters")),
        DEAD_LETTERS,
        # a line that is read again has the same id
        kind="ReplacingMergeTree",
        order_by="id",
        partition_by="toYYYYMM(time)",
    )
    index = "INDEX IF NOT EXISTS event_id_seen event_id TYPE bloom_filter(0.001) GRANULARITY 1"
    return [f"ALTER TABLE {raw}{ddl.on_cluster()} ADD {index}", letters]
