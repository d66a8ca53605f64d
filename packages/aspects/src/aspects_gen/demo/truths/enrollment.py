"""Who is enrolled."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from aspects_gen.demo.truths.courses import dim_course_names
from aspects_gen.demo.truths.history import History
from aspects_gen.demo.truths.latest import keep_latest
from aspects_gen.demo.truths.users import identify
from aspects_gen.demo.truths.values import as_seconds, find_text
from aspects_gen.demo.verbs import KIND


class EnrollmentEvent(NamedTuple):
    """A row of enrollment_events."""

    event_id: UUID
    emission_time: datetime
    actor_id: str
    object_id: str
    course_key: str
    org: str
    verb_id: str
    enrollment_mode: str
    enrollment_status: str


class RecentEnrollment(NamedTuple):
    """A row of dim_most_recent_enrollment."""

    org: str
    course_key: str
    actor_id: str
    enrollment_status: str
    enrollment_mode: str
    emission_time: datetime


class EnrollmentFact(NamedTuple):
    """A row of fact_enrollments."""

    emission_time: datetime
    org: str
    course_key: str
    course_name: str
    course_run: str
    actor_id: str
    enrollment_mode: str
    enrollment_status: str
    username: str
    name: str
    email: str


def enrollment_events(history: History) -> list[EnrollmentEvent]:
    """Return each time that someone was registered or unregistered."""
    return sorted(
        EnrollmentEvent(
            event_id=it.row.event_id,
            emission_time=as_seconds(it.row.emission_time),
            actor_id=it.row.actor_id,
            object_id=it.row.object_id,
            course_key=it.row.course_key,
            org=it.row.org,
            verb_id=it.row.verb_id,
            enrollment_mode=find_text(it.body, "object", "definition", "extensions", KIND),
            enrollment_status=it.row.verb_id.rsplit("/", 1)[-1],
        )
        for it in history.with_verbs("registered", "unregistered")
    )


def dim_most_recent_enrollment(history: History) -> list[RecentEnrollment]:
    """Return how each learner stands in each course."""
    return sorted(
        RecentEnrollment(
            org=it.org,
            course_key=it.course_key,
            actor_id=it.actor_id,
            enrollment_status=it.enrollment_status,
            enrollment_mode=it.enrollment_mode,
            emission_time=it.emission_time,
        )
        for it in keep_latest(history.once(enrollment_events))
    )


def fact_enrollments(history: History) -> list[EnrollmentFact]:
    """Return each enrollment event of a known course, with names."""
    names = {it.course_key: it for it in history.once(dim_course_names)}
    return sorted(
        EnrollmentFact(
            emission_time=it.emission_time,
            org=it.org,
            course_key=it.course_key,
            course_name=names[it.course_key].course_name,
            course_run=names[it.course_key].course_run,
            actor_id=it.actor_id,
            enrollment_mode=it.enrollment_mode,
            enrollment_status=it.enrollment_status,
            **identify(history, it.actor_id)._asdict(),
        )
        for it in history.once(enrollment_events)
        if it.course_key in names
    )
