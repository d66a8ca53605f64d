"""Truth as a whole: every relation says something, and arrival and repetition change nothing."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aspects_gen.demo.campus import make_campus
from aspects_gen.demo.moments import read_day
from aspects_gen.demo.rows import stream_rows
from aspects_gen.demo.tables import COLUMNS
from aspects_gen.demo.timeline import stream_events
from aspects_gen.demo.truth import RELATIONS, compute_all, compute_relation

SIZES = {
    "xapi_events_all_parsed": 9,
    "dim_most_recent_course_blocks": 11,
    "dim_course_block_names": 6,
    "dim_course_names": 5,
    "dim_course_blocks": 17,
    "enrollment_events": 9,
    "dim_most_recent_enrollment": 6,
    "fact_enrollments": 11,
    "grading_events": 9,
    "dim_learner_most_recent_course_grade": 5,
    "dim_learner_most_recent_course_state": 5,
    "dim_student_status": 14,
    "fact_instance_events": 2,
    "fact_instance_actors": 2,
    "fact_instance_courses": 2,
    "fact_instance_enrollments": 5,
    "navigation_events": 10,
    "dim_learner_last_course_visit": 4,
    "fact_navigation_completion": 11,
    "fact_pageview_engagement": 10,
    "problem_events": 13,
    "dim_learner_last_response": 15,
    "dim_problem_coursewide_avg": 14,
    "dim_problem_responses": 9,
    "dim_problem_results": 8,
    "dim_subsection_problem_results": 11,
    "fact_problem_engagement": 11,
    "dim_most_recent_object_tags": 6,
    "dim_most_recent_tags": 6,
    "dim_most_recent_taxonomies": 2,
    "dim_most_recent_course_tags": 6,
    "user_pii": 5,
    "dim_user_pii": 4,
    "video_playback_events": 10,
    "fact_video_segments": 7,
    "fact_video_engagement": 10,
}
"""Columns of each relation."""


def make(seed, count):
    campus = make_campus(seed, start=read_day("2026-01-20"), days=40, courses=5, learners=25)
    rows = {table: list(stream_rows(campus, table)) for table in COLUMNS}
    return list(stream_events(campus, count, 0.01)), rows


@pytest.fixture(scope="module")
def told():
    return compute_all(*make(1, 4000))


@pytest.mark.parametrize("name", sorted(RELATIONS))
def test_relation_has_sorted_rows_of_its_columns(told, name):
    assert told[name], "an empty relation proves nothing"
    assert {len(row) for row in told[name]} == {SIZES[name]}
    assert told[name] == sorted(told[name])


def test_relations_are_the_thirty_six():
    assert sorted(RELATIONS) == sorted(SIZES)
    assert len(RELATIONS) == 36


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(), mixing=st.integers())
def test_truth_does_not_depend_on_arrival_or_repetition(seed, mixing):
    order = random.Random(mixing)
    events, rows = make(seed, 600)
    again = events + order.sample(events, 30)
    order.shuffle(again)
    shuffled = {table: order.sample(found, len(found)) * 2 for table, found in rows.items()}
    assert compute_all(again, shuffled) == compute_all(events, rows)


def test_one_relation_alone_is_the_same_as_among_all(told):
    assert compute_relation("dim_student_status", *make(1, 4000)) == told["dim_student_status"]


@pytest.mark.parametrize("name", sorted(RELATIONS))
def test_relation_of_nothing_is_nothing(name):
    assert compute_relation(name, []) == []
