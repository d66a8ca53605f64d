"""What the databases hold, as plain data, so that two moments can be compared."""

from __future__ import annotations

from collections.abc import Iterator

from aspects_gen.errors import Failure
from aspects_gen.verify.client import Client

Snapshot = dict[str, tuple[str, str, str]]
"""database.table to definition, UUID of what holds rows of its own, and number of rows."""

BOOKS = ("._migrations_lock", "._models_lock")
"""Tables whose rows say who ran a Job when."""

_SQL = """\
WITH timed AS (
  SELECT replaceAll(extract(create_table_query, ' TO (\\\\S+)'), '`', '') AS target FROM system.tables
  WHERE engine = 'MaterializedView' AND create_table_query LIKE '% REFRESH %'
)
SELECT concat(database, '.', name) AS named, create_table_query,
       if(engine LIKE '%MergeTree' AND named NOT IN (timed), toString(uuid), ''),
       if(engine LIKE '%MergeTree' AND named NOT IN (timed), toString(ifNull(total_rows, 0)), '')
FROM system.tables WHERE database IN ({}) AND name NOT LIKE '.%' ORDER BY 1"""
"""What a timer fills is made anew each time that it fires, by which nothing changes for a reader."""


def take_snapshot(owner: Client, databases: list[str]) -> Snapshot:
    """Return everything in some databases."""
    homes = ", ".join(f"'{name}'" for name in databases)
    return {row[0]: (row[1], row[2], row[3]) for row in owner.rows(_SQL.format(homes))}


def find_changes(before: Snapshot, after: Snapshot, stage: str, file: str) -> Iterator[Failure]:
    """Yield what a second run did, which should have done nothing."""
    fix = "make the statement that did this safe to repeat"
    for name in sorted(before.keys() | after.keys()):
        if name not in after or name not in before:
            word = "removed" if name not in after else "added"
            yield Failure(stage, file, "", f"the second run {word} {name}", fix)
            continue
        words = ("changed the definition of", "made anew", "changed the rows of")
        if name.endswith(BOOKS):
            continue
        for word, old, new in zip(words, before[name], after[name], strict=True):
            if old != new:
                problem = f"the second run {word} {name}"
                yield Failure(stage, file, f"before: {old}\nafter:  {new}", problem, fix)
