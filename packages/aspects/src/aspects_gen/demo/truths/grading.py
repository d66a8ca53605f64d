"""Grades, and who has passed."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from aspects_gen.demo.truths.courses import dim_course_names
from aspects_gen.demo.truths.enrollment import RecentEnrollment, dim_most_recent_enrollment
from aspects_gen.demo.truths.history import History, Statement
from aspects_gen.demo.truths.latest import keep_latest
from aspects_gen.demo.truths.users import identify
from aspects_gen.demo.truths.values import as_seconds, find_float, find_text
from aspects_gen.demo.verbs import COURSE_TYPE, GRADE_CLASS, VERBS

_WITHOUT_SCORE = (VERBS["passed"], VERBS["failed"])

BUCKETS = ("0-9%", *(f"{low}-{low + 9}%" for low in range(10, 90, 10)), "90-100%")


class GradingEvent(NamedTuple):
    """A row of grading_events."""

    event_id: UUID
    emission_time: datetime
    actor_id: str
    object_id: str
    course_key: str
    org: str
    verb_id: str
    scaled_score: float
    approving_state: str


class CourseGrade(NamedTuple):
    """A row of dim_learner_most_recent_course_grade."""

    org: str
    course_key: str
    actor_id: str
    course_grade: float
    emission_time: datetime


class CourseState(NamedTuple):
    """A row of dim_learner_most_recent_course_state."""

    org: str
    course_key: str
    actor_id: str
    approving_state: str
    emission_time: datetime


class StudentStatus(NamedTuple):
    """A row of dim_student_status."""

    org: str
    course_key: str
    actor_id: str
    course_name: str
    course_run: str
    approving_state: str
    enrollment_mode: str
    enrollment_status: str
    course_grade: float
    grade_bucket: str
    username: str
    name: str
    email: str
    enrolled_at: datetime


def grading_events(history: History) -> list[GradingEvent]:
    """Return each grade of a problem, subsection or course, and each pass or fail of a course."""
    judged = [
        it
        for it in history.with_verbs("passed", "failed")
        if find_text(it.body, "object", "definition", "type") == COURSE_TYPE
    ]
    return sorted(_read(it) for it in [*history.with_verbs("earned", "evaluated"), *judged])


def _read(it: Statement) -> GradingEvent:
    return GradingEvent(
        event_id=it.row.event_id,
        emission_time=as_seconds(it.row.emission_time),
        actor_id=it.row.actor_id,
        object_id=it.row.object_id,
        course_key=it.row.course_key,
        org=it.row.org,
        verb_id=it.row.verb_id,
        scaled_score=find_float(it.body, "result", "score", "scaled"),
        approving_state=_find_state(it),
    )


def _find_state(it: Statement) -> str:
    grade = find_text(it.body, "result", "extensions", GRADE_CLASS)
    if grade in ("Fail", "Pass"):
        return {"Fail": "failed", "Pass": "passed"}[grade]
    return it.row.verb_id.rsplit("/", 1)[-1] if it.row.verb_id in _WITHOUT_SCORE else ""


def dim_learner_most_recent_course_grade(history: History) -> list[CourseGrade]:
    """Return the last grade of each learner in each course."""
    grades = [
        it
        for it in history.once(grading_events)
        if "/course/" in it.object_id
        and not (it.verb_id in _WITHOUT_SCORE and it.scaled_score == 0)
    ]
    return sorted(
        CourseGrade(it.org, it.course_key, it.actor_id, it.scaled_score, it.emission_time)
        for it in keep_latest(grades)
    )


def dim_learner_most_recent_course_state(history: History) -> list[CourseState]:
    """Return whether each learner has passed each course, as last heard."""
    states = [it for it in history.once(grading_events) if it.approving_state]
    return sorted(
        CourseState(it.org, it.course_key, it.actor_id, it.approving_state, it.emission_time)
        for it in keep_latest(states)
    )


def dim_student_status(history: History) -> list[StudentStatus]:
    """Return each learner ever enrolled in a known course, with state and grade."""
    grades = {it[:3]: it.course_grade for it in history.once(dim_learner_most_recent_course_grade)}
    states = {
        it[:3]: it.approving_state for it in history.once(dim_learner_most_recent_course_state)
    }
    return sorted(
        row
        for it in history.once(dim_most_recent_enrollment)
        for row in _describe(history, it, states.get(it[:3], "failed"), grades.get(it[:3], 0.0))
    )


def _describe(
    history: History, it: RecentEnrollment, state: str, grade: float
) -> list[StudentStatus]:
    """Return the one row of a learner, or none when the course is unknown."""
    return [
        StudentStatus(
            org=it.org,
            course_key=it.course_key,
            actor_id=it.actor_id,
            course_name=course.course_name,
            course_run=course.course_run,
            approving_state=state,
            enrollment_mode=it.enrollment_mode,
            enrollment_status=it.enrollment_status,
            course_grade=grade,
            grade_bucket=find_bucket(grade),
            **identify(history, it.actor_id)._asdict(),
            enrolled_at=it.emission_time,
        )
        for course in history.once(dim_course_names)
        if (course.org, course.course_key) == (it.org, it.course_key)
    ]


def find_bucket(grade: float) -> str:
    """Return the bucket of a grade from 0 to 1, which is not rounded first."""
    return BUCKETS[sum(grade >= tenth / 10 for tenth in range(1, 10))]
