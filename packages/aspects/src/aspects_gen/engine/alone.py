"""A statement made for a cluster, as one server alone runs it: no ON CLUSTER, no replicas.

What this leaves out is not proven here; `unproven` names it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from aspects_gen.engine.fault import RequestError
from aspects_gen.engine.tokens import QUOTED, STRING, WORD

if TYPE_CHECKING:
    from aspects_gen.engine.statement import Clause

DISTRIBUTED = frozenset(
    [
        "ALTER",
        "ATTACH",
        "BACKUP",
        "CREATE",
        "DELETE",
        "DETACH",
        "DROP",
        "EXCHANGE",
        "GRANT",
        "KILL",
        "MOVE",
        "OPTIMIZE",
        "RENAME",
        "REPLACE",
        "RESTORE",
        "REVOKE",
        "SYSTEM",
        "TRUNCATE",
        "UNDROP",
        "UPDATE",
    ]
)
"""Verbs that can bear ON CLUSTER; elsewhere `ON cluster` may be the condition of a join."""

_MAKES = frozenset({"CREATE", "ATTACH", "REPLACE"})
_PREFIX = "REPLICATED"
_EVERYWHERE = frozenset({"CLUSTER", "CLUSTERALLREPLICAS"})
"""Table functions that ask each server of a cluster."""


class Edit(NamedTuple):
    """A piece of the text that another takes the place of."""

    start: int
    end: int
    text: str = ""


def stand_alone(text: str, body: Sequence[Clause], verb: str, on_cluster: str) -> str:
    """Return a statement for one server.

    Args:
        text: of the statement.
        body: its significant tokens.
        verb: its first word.
        on_cluster: `strip` makes it so, `refuse` is an error where ON CLUSTER stands.

    Raises:
        RequestError: ON CLUSTER is refused.
    """
    clause = _cluster_clause(body) if verb in DISTRIBUTED else None
    if on_cluster != "strip":
        if clause:
            text = "ON CLUSTER needs a cluster; start the engine with --on-cluster strip to run it here alone"
            raise RequestError(392, "QUERY_IS_PROHIBITED", text)
        return text
    edits = [clause] if clause else []
    if verb in _MAKES:
        edits += _engines(body)
    edits += _everywhere(text, body)
    for edit in sorted(edits, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def _cluster_clause(body: Sequence[Clause]) -> Edit | None:
    """Return what takes ON CLUSTER out, or None where there is none."""
    for part, after, name in zip(body, body[1:], body[2:], strict=False):
        if part.depth == 0 and part.word in ("SELECT", "AS"):
            return None
        is_clause = (part.word, after.word) == ("ON", "CLUSTER") and not part.depth
        if is_clause and name.token.kind in (WORD, STRING, QUOTED):
            return Edit(part.token.start, name.token.end)
    return None


def _engines(body: Sequence[Clause]) -> Iterator[Edit]:
    """Yield what makes each replicated table engine a plain one: its name, and without path and replica."""
    for place, part in enumerate(body[1:], 1):
        before = body[place - 1]
        named = before.word == "ENGINE" or (
            before.text == "=" and body[place - 2].word == "ENGINE"
        )
        if not (named and part.word.startswith(_PREFIX)):
            continue
        start = part.token.start
        yield Edit(start, start + len(_PREFIX))
        rest = body[place + 1 : place + 6]
        if len(rest) == 5 and rest[0].text == "(" and rest[2].text == ",":
            path, replica, after = rest[1], rest[3], rest[4]
            if path.token.kind == replica.token.kind == STRING:
                end = after.token.end if after.text == "," else replica.token.end
                yield Edit(path.token.start, end)


def _everywhere(text: str, body: Sequence[Clause]) -> Iterator[Edit]:
    """Yield what makes cluster(name, database.table) that table, with the number of the one shard."""
    for place, (part, opened) in enumerate(itertools.pairwise(body)):
        inside = body[place + 2 : place + 8]
        if part.word not in _EVERYWHERE or opened.text != "(" or len(inside) < 6:
            continue
        _, comma, database, dot, table, close = inside
        if (comma.text, dot.text, close.text) == (",", ".", ")"):
            name = text[database.token.start : table.token.end]
            shard = f"(SELECT *, 1 AS _shard_num FROM {name})"  # noqa: S608  the client's own words
            yield Edit(part.token.start, close.token.end, shard)
