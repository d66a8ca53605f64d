"""Truth about grades and about who passes."""

import struct
from datetime import datetime
from uuid import UUID

import pytest

from aspects_gen.demo import verbs as v
from aspects_gen.demo.truth import compute_relation
from aspects_gen.demo.truths.grading import find_bucket

KEY = "course-v1:Org+C+R"
COURSE = f"https://lms.test/course/{KEY}"


def moment(text):
    return datetime.fromisoformat(f"2026-01-05 {text}")


def single(number):
    return struct.unpack("<f", struct.pack("<f", number))[0]


def grade(tale, number, at, verb, scaled=None, letter=None, **more):
    item = {
        "id": more.pop("item", COURSE),
        "definition": {"type": more.pop("kind", v.COURSE_TYPE)},
    }
    result = {}
    if scaled is not None:
        result["score"] = {"scaled": scaled}
    if letter is not None:
        result["extensions"] = {v.GRADE_CLASS: letter}
    tale.say(number, at, verb, item, result=result, **more)


def ask(tale, name):
    return compute_relation(name, tale.events, tale.rows)


def test_grading_events_have_score_and_state(tale):
    grade(tale, 1, "10:00:00.5", "earned", 0.7, "B")
    grade(tale, 2, "10:00:01", "earned", 0.1, "Fail")
    grade(tale, 3, "10:00:02", "earned", 1, "Pass")
    grade(tale, 4, "10:00:03", "passed")
    grade(tale, 5, "10:00:04", "failed")
    grade(tale, 6, "10:00:05", "passed", kind="other")
    tale.answer(7, "10:00:06", "p1", True, 1, scaled=0.5)
    assert [(row.event_id.int, *row[-2:]) for row in ask(tale, "grading_events")] == [
        (1, single(0.7), ""),
        (2, single(0.1), "failed"),
        (3, 1.0, "passed"),
        (4, 0.0, "passed"),
        (5, 0.0, "failed"),
        (7, 0.5, ""),
    ]
    assert ask(tale, "grading_events")[0] == (
        UUID(int=1),
        moment("10:00:00"),
        "ann",
        COURSE,
        KEY,
        "Org",
        "http://id.tincanapi.com/verb/earned",
        single(0.7),
        "",
    )


def test_recent_grade_is_of_the_course_and_the_latest(tale):
    grade(tale, 1, "12:00:00", "earned", 0.75)
    grade(tale, 2, "10:00:00", "earned", 0.5)
    grade(tale, 3, "13:00:00", "earned", 0.25, item="https://lms.test/xblock/q", kind="resource")
    grade(tale, 4, "14:00:00", "passed")
    grade(tale, 5, "15:00:00", "failed")
    grade(tale, 6, "10:00:00", "earned", 0, who="bob")
    grade(tale, 7, "10:00:00", "passed", 0.5, who="cy")
    assert ask(tale, "dim_learner_most_recent_course_grade") == [
        ("Org", KEY, "ann", 0.75, moment("12:00:00")),
        ("Org", KEY, "bob", 0.0, moment("10:00:00")),
        ("Org", KEY, "cy", 0.5, moment("10:00:00")),
    ]


def test_recent_state_skips_what_says_nothing(tale):
    grade(tale, 1, "12:00:00", "passed")
    grade(tale, 2, "11:00:00", "earned", 0, "Fail")
    grade(tale, 3, "13:00:00", "earned", 0.9, "A")
    assert ask(tale, "dim_learner_most_recent_course_state") == [
        ("Org", KEY, "ann", "passed", moment("12:00:00"))
    ]


def test_student_status_joins_enrollment_grade_and_state(tale):
    tale.course("Course")
    tale.user(1, "bob")
    tale.enroll(1, "09:00:00", mode="verified")
    tale.enroll(2, "09:30:00", "unregistered", who="mailto:bob@x.test")
    tale.enroll(3, "09:00:00", key="course-v1:Org+Unknown+R")
    grade(tale, 4, "10:00:00", "earned", 0.85)
    grade(tale, 5, "10:00:01", "passed")
    grade(tale, 6, "10:00:01", "passed", who="stranger")
    head = ("Course", "R")
    assert ask(tale, "dim_student_status") == [
        (
            *("Org", KEY, "ann"),
            *head,
            *("passed", "verified", "registered", single(0.85), "80-89%"),
            *("", "", ""),
            moment("09:00:00"),
        ),
        (
            *("Org", KEY, "mailto:bob@x.test"),
            *head,
            *("failed", "audit", "unregistered", 0.0, "0-9%"),
            *("bob", "Bob", "bob@x.test"),
            moment("09:30:00"),
        ),
    ]


@pytest.mark.parametrize(
    ("share", "bucket"),
    [
        (0, "0-9%"),
        (0.0999, "0-9%"),
        (0.1, "10-19%"),
        (0.5, "50-59%"),
        (0.899, "80-89%"),
        (0.95, "90-100%"),
        (1, "90-100%"),
        (0.9, "80-89%"),
        (0.7, "60-69%"),
    ],
)
def test_bucket_compares_what_is_stored(share, bucket):
    assert find_bucket(single(share)) == bucket
