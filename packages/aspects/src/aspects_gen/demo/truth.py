"""What a reader of each relation must see, computed from the same events and rows as the engine gets.

Plain Python, never SQL, so that it can be compared with every model. Where a column's meaning leaves a choice,
README.md in this folder names the one that is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from aspects_gen.demo.truths import (
    courses,
    engagement,
    enrollment,
    grading,
    history,
    instance,
    navigation,
    problems,
    responses,
    tags,
    users,
    video,
)
from aspects_gen.demo.truths.history import History

Rows = list[Any]
"""Sorted tuples in column order: str, int, bool, float (rounded to Float32), Decimal, UUID, date, datetime (UTC)."""

RELATIONS: dict[str, Callable[[History], Rows]] = {
    compute.__name__: compute
    for compute in (
        history.xapi_events_all_parsed,
        courses.dim_most_recent_course_blocks,
        courses.dim_course_block_names,
        courses.dim_course_names,
        courses.dim_course_blocks,
        enrollment.enrollment_events,
        enrollment.dim_most_recent_enrollment,
        enrollment.fact_enrollments,
        grading.grading_events,
        grading.dim_learner_most_recent_course_grade,
        grading.dim_learner_most_recent_course_state,
        grading.dim_student_status,
        instance.fact_instance_events,
        instance.fact_instance_actors,
        instance.fact_instance_courses,
        instance.fact_instance_enrollments,
        navigation.navigation_events,
        navigation.dim_learner_last_course_visit,
        navigation.fact_navigation_completion,
        navigation.fact_pageview_engagement,
        problems.problem_events,
        problems.dim_learner_last_response,
        problems.dim_problem_coursewide_avg,
        responses.dim_problem_responses,
        problems.dim_problem_results,
        problems.dim_subsection_problem_results,
        engagement.fact_problem_engagement,
        tags.dim_most_recent_object_tags,
        tags.dim_most_recent_tags,
        tags.dim_most_recent_taxonomies,
        tags.dim_most_recent_course_tags,
        users.user_pii,
        users.dim_user_pii,
        video.video_playback_events,
        video.fact_video_segments,
        engagement.fact_video_engagement,
    )
}
"""All relations of the dbt project by name; each takes a History and returns its rows."""

Events = Iterable[Sequence[Any]]
Tables = Mapping[str, Iterable[Sequence[Any]]]


def compute_relation(name: str, events: Events, rows: Tables | None = None) -> Rows:
    """Return what a reader of one relation must see.

    Args:
        events: event id, emission time and text of each, in any order.
        rows: rows of each event sink's table, in the order of its columns.
    """
    return RELATIONS[name](History(events, rows))


def compute_all(events: Events, rows: Tables | None = None) -> dict[str, Rows]:
    """Return what a reader of every relation must see, by name; events are read once."""
    known = History(events, rows)
    return {name: known.once(compute) for name, compute in RELATIONS.items()}


def compute_dead_letters(events: Events) -> Rows:
    """Return the id and reason of each statement that no event relation takes."""
    return history.dead_letters(History(events))
