"""All events and rows, read once; relations that stand on others are computed once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from aspects_gen.demo.tables import COLUMNS
from aspects_gen.demo.truths.values import Json, find, find_text, read_json, read_moment
from aspects_gen.demo.verbs import ATTEMPT, COURSE_TYPE, VERBS

LARGEST = 1_000_000
"""Bytes of UTF-8 that a statement may have before it is a dead letter."""

MOST_ATTEMPTS = 32_767
"""The greatest attempt that an Int16 column holds."""

_ORG = re.compile(r"course-v1:([\w\-~.:%]*)", re.ASCII)
_CCX_ORG = re.compile(r"ccx-v1:([a-zA-Z0-9]*)", re.ASCII)

Result = TypeVar("Result")


class Parsed(NamedTuple):
    """A row of xapi_events_all_parsed."""

    event_id: UUID
    verb_id: str
    actor_id: str
    object_id: str
    course_id: str
    course_key: str
    org: str
    emission_time: datetime
    event: str


@dataclass(frozen=True, slots=True)
class Statement:
    """An event with its text read: `row` as the parsed relation has it, `reason` if it is dead."""

    row: Parsed
    body: Json
    reason: str

    @property
    def tie(self) -> str:
        """Return what decides between events of the same time."""
        return str(self.row.event_id)


class History:
    """What was sent: raw events and the rows of the event sinks.

    Args:
        events: event id, emission time and text of each, in any order, duplicates included.
        rows: rows of each table, as sequences in the order of the columns.
    """

    def __init__(
        self,
        events: Iterable[Sequence[Any]],
        rows: Mapping[str, Iterable[Sequence[Any]]] | None = None,
    ) -> None:
        self._events = list(events)
        self._rows = {table: list(given) for table, given in (rows or {}).items()}
        self._known: dict[Any, Any] = {}

    def once(self, compute: Callable[[History], Result]) -> Result:
        """Return what a function says of this history, computing it the first time only."""
        if compute not in self._known:
            self._known[compute] = compute(self)
        result: Result = self._known[compute]
        return result

    def records(self, table: str) -> list[dict[str, Any]]:
        """Return the rows of a table by column name."""
        names = COLUMNS[table]
        return [dict(zip(names, row, strict=True)) for row in self._rows.get(table, ())]

    @cached_property
    def statements(self) -> list[Statement]:
        """Return each event once, dead letters included."""
        texts: dict[tuple[UUID, datetime], str] = {}
        for identity, moment, text in self._events:
            key = (UUID(str(identity)), read_moment(moment))
            texts[key] = max(text, texts.get(key, ""), key=str.encode)
        return [_read(identity, moment, text) for (identity, moment), text in texts.items()]

    @cached_property
    def living(self) -> list[Statement]:
        """Return each event that is no dead letter."""
        return [statement for statement in self.statements if not statement.reason]

    def with_verbs(self, *words: str) -> list[Statement]:
        """Return the living events that have one of some verbs."""
        wanted = {VERBS[word] for word in words}
        return [it for it in self.living if it.row.verb_id in wanted]


def xapi_events_all_parsed(history: History) -> list[Parsed]:
    """Return every event once, columns empty where its text cannot be read."""
    return sorted(statement.row for statement in history.statements)


def dead_letters(history: History) -> list[tuple[UUID, str]]:
    """Return the id and the reason of every statement that no event relation takes."""
    return sorted((it.row.event_id, it.reason) for it in history.statements if it.reason)


def _read(identity: UUID, moment: datetime, text: str) -> Statement:
    body = read_json(text)
    course = _find_course(body)
    row = Parsed(
        event_id=identity,
        verb_id=find_text(body, "verb", "id"),
        actor_id=find_text(body, "actor", "account", "name")
        or find_text(body, "actor", "mbox")
        or find_text(body, "actor", "mbox_sha1sum"),
        object_id=find_text(body, "object", "id"),
        course_id=course,
        course_key=course.rsplit("/", 1)[-1],
        org=_find_org(course),
        emission_time=moment,
        event=text,
    )
    return Statement(row, body, _find_reason(row, body))


def _find_course(body: Json) -> str:
    parent = ("context", "contextActivities", "parent", 0)
    if find_text(body, *parent, "definition", "type") == COURSE_TYPE:
        return find_text(body, *parent, "id")
    if find_text(body, *parent, "objectType") in ("Activity", "GroupActivity"):
        return find_text(body, "context", "contextActivities", "grouping", 0, "id")
    return find_text(body, "object", "id")


def _find_org(course: str) -> str:
    found = _ORG.search(course)
    if found and found[1]:
        return found[1]
    found = _CCX_ORG.search(course)
    return found[1] if found else ""


def _find_reason(row: Parsed, body: Json) -> str:
    """Return why a statement is a dead letter, or an empty text."""
    checks = (
        ("invalid_json", body is not None),
        ("too_large", len(row.event.encode()) <= LARGEST),
        ("missing_actor", row.actor_id),
        ("missing_verb", row.verb_id),
        ("missing_object", row.object_id),
        ("unknown_verb", row.verb_id in VERBS.values()),
    )
    reason = next((name for name, holds in checks if not holds), "")
    if reason or row.verb_id != VERBS["evaluated"]:
        return reason
    if not isinstance(find(body, "result", "success"), bool):
        return "missing_success"
    return "" if is_grouped(body) or find_attempt(body) is not None else "missing_attempt"


def is_grouped(body: Json) -> bool:
    """Return whether a statement belongs to a problem with several questions."""
    whole = find_text(body, "object", "objectType") == "GroupActivity"
    return whole or find_text(body, "context", "statement", "id") != ""


def find_attempt(body: Json) -> int | None:
    """Return the attempt of an evaluation; None when it is absent or no number from 0 to 32767."""
    text = find_text(body, "object", "definition", "extensions", ATTEMPT)
    if not (text.isascii() and text.isdigit()) or int(text) > MOST_ATTEMPTS:
        return None
    return int(text)
