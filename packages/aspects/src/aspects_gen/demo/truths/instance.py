"""The site as a whole, day by day and hour by hour."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from aspects_gen.demo.truths.enrollment import enrollment_events
from aspects_gen.demo.truths.history import History


class DayCount(NamedTuple):
    """A day or hour and how many different things it saw: the state's finished number."""

    emission_day: datetime
    things: int


class DayEnrollments(NamedTuple):
    """A row of fact_instance_enrollments."""

    emission_day: datetime
    course_key: str
    enrollment_mode: str
    enrollment_status: str
    course_enrollment_mode_status_cnt: int


def fact_instance_events(history: History) -> list[DayCount]:
    """Return how many events each day had, dead letters included."""
    return _count((_day(it.row.emission_time), it.row.event_id) for it in history.statements)


def fact_instance_actors(history: History) -> list[DayCount]:
    """Return how many people were there each day."""
    return _count(
        (_day(it.row.emission_time), it.row.actor_id)
        for it in history.statements
        if it.row.actor_id
    )


def fact_instance_courses(history: History) -> list[DayCount]:
    """Return how many courses had an event each hour."""
    return _count(
        (it.row.emission_time.replace(minute=0, second=0, microsecond=0), it.row.course_id)
        for it in history.statements
        if "/course/" in it.row.course_id
    )


def fact_instance_enrollments(history: History) -> list[DayEnrollments]:
    """Return how many enrollment events each day, course, mode and status had."""
    counts = Counter(
        (_day(it.emission_time), it.course_key, it.enrollment_mode, it.enrollment_status)
        for it in history.once(enrollment_events)
    )
    return sorted(DayEnrollments(*key, count) for key, count in counts.items())


def _day(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _count(seen: Iterable[tuple[datetime, object]]) -> list[DayCount]:
    things: dict[datetime, set[object]] = defaultdict(set)
    for moment, thing in seen:
        things[moment].add(thing)
    return sorted(DayCount(moment, len(found)) for moment, found in things.items())
