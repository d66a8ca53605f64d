"""Truth about parsed events, dead letters, enrollments and the site as a whole."""

import json
from datetime import datetime
from uuid import UUID

import pytest

from aspects_gen.demo import verbs as v
from aspects_gen.demo.truth import compute_dead_letters, compute_relation

COURSE = "https://lms.test/course/course-v1:Org+C+R"
KEY = "course-v1:Org+C+R"
ANN = "00000000-0000-4000-8000-0000000000aa"


def moment(text):
    return datetime.fromisoformat(text if "-" in text else f"2026-01-05 {text}")


def test_parsed_row_holds_what_the_statement_says(tale):
    tale.say(7, "10:00:00.123456", "attempted", tale.address("problem", "p1"))
    assert compute_relation("xapi_events_all_parsed", tale.events) == [
        (
            UUID(int=7),
            "http://adlnet.gov/expapi/verbs/attempted",
            "ann",
            "https://lms.test/xblock/block-v1:Org+C+R+type@problem+block@p1",
            COURSE,
            KEY,
            "Org",
            datetime(2026, 1, 5, 10, 0, 0, 123456),
            tale.events[0][2],
        )
    ]


@pytest.mark.parametrize(
    ("actor", "expected"),
    [
        ({"account": {"name": "a"}, "mbox": "mailto:b"}, "a"),
        ({"mbox": "mailto:b", "mbox_sha1sum": "c"}, "mailto:b"),
        ({"mbox_sha1sum": "c"}, "c"),
        ({"account": {"name": None}}, ""),
        ("ann", ""),
    ],
)
def test_parsed_actor_is_the_first_that_is_given(tale, actor, expected):
    tale.event(1, "10:00:00", {"actor": actor})
    assert compute_relation("xapi_events_all_parsed", tale.events)[0].actor_id == expected


def course_of(tale, context, item=None):
    tale.event(1, "10:00:00", {"context": context, "object": {"id": item}})
    row = compute_relation("xapi_events_all_parsed", tale.events)[0]
    return row.course_id, row.course_key, row.org


def test_parsed_course_comes_from_the_parent_when_that_is_a_course(tale):
    parent = {"id": "u/course/ccx-v1:Org-X+C+R+ccx@1", "definition": {"type": v.COURSE_TYPE}}
    found = course_of(tale, {"contextActivities": {"parent": [parent]}})
    assert found == ("u/course/ccx-v1:Org-X+C+R+ccx@1", "ccx-v1:Org-X+C+R+ccx@1", "Org")


@pytest.mark.parametrize("kind", ["Activity", "GroupActivity"])
def test_parsed_course_comes_from_the_grouping_when_the_parent_is_a_problem(tale, kind):
    activities = {"parent": [{"id": "p", "objectType": kind}], "grouping": [{"id": COURSE}]}
    assert course_of(tale, {"contextActivities": activities}) == (COURSE, KEY, "Org")


def test_parsed_course_is_the_object_when_there_is_no_parent(tale):
    assert course_of(tale, {}, COURSE) == (COURSE, KEY, "Org")


def test_parsed_course_of_an_old_key_has_no_organisation(tale):
    assert course_of(tale, {}, "u/course/Org/C/R") == ("u/course/Org/C/R", "R", "")


def test_events_count_once_however_often_they_come(tale):
    tale.enroll(1, "10:00:00")
    assert len(compute_relation("enrollment_events", tale.events * 3)) == 1


def test_event_with_two_texts_keeps_the_greatest(tale):
    tale.event(1, "10:00:00", '{"a": 1}')
    tale.event(1, "10:00:00", '{"a": 2}')
    for events in (tale.events, tale.events[::-1]):
        assert [row.event for row in compute_relation("xapi_events_all_parsed", events)] == [
            '{"a": 2}'
        ]


def spoil(tale, **parts):
    """Add a sound evaluation with some parts replaced; None takes a part away."""
    tale.answer(1, "10:00:00", "p1", True, 1)
    statement = json.loads(tale.events.pop()[2]) | parts
    tale.event(1, "10:00:00", {name: part for name, part in statement.items() if part is not None})


GROUP = {"id": "g", "objectType": "GroupActivity"}


@pytest.mark.parametrize(
    ("parts", "reasons"),
    [
        ({}, []),
        ({"actor": None}, ["missing_actor"]),
        ({"verb": None}, ["missing_verb"]),
        ({"object": {"objectType": "Activity"}}, ["missing_object"]),
        ({"verb": {"id": "https://x.test/ponder"}}, ["unknown_verb"]),
        ({"result": None}, ["missing_success"]),
        ({"result": {"success": "true"}}, ["missing_success"]),
        ({"object": {"id": "p"}}, ["missing_attempt"]),
        ({"object": GROUP}, []),
        ({"object": {"id": "p"}, "context": {"statement": {"id": "s"}}}, []),
        ({"object": GROUP, "result": None}, ["missing_success"]),
        ({"padding": "é" * 500_000}, ["too_large"]),
        ({"padding": "é" * 490_000}, []),
        ({"actor": None, "verb": None}, ["missing_actor"]),
    ],
)
def test_dead_letters_name_the_first_reason(tale, parts, reasons):
    spoil(tale, **parts)
    assert [reason for _, reason in compute_dead_letters(tale.events)] == reasons


@pytest.mark.parametrize("attempt", ["", "one", -1, 1.5, 32_768, None])
def test_dead_letters_have_attempts_that_are_no_numbers(tale, attempt):
    extensions = {v.ATTEMPT: attempt}
    spoil(tale, object={"id": "p", "definition": {"extensions": extensions}})
    assert compute_dead_letters(tale.events) == [(UUID(int=1), "missing_attempt")]


@pytest.mark.parametrize("text", ["", "{", "[]", "1", '{"a": NaN}', r'{"a": "\ud83d"}'])
def test_dead_letters_have_texts_that_are_no_objects(tale, text):
    tale.event(1, "10:00:00", text)
    assert compute_dead_letters(tale.events) == [(UUID(int=1), "invalid_json")]


def test_dead_letters_are_parsed_and_counted_but_in_no_other_relation(tale):
    tale.event(1, "10:00:00", "{")
    tale.answer(2, "10:00:00", "p1", True, None)
    assert len(compute_relation("xapi_events_all_parsed", tale.events)) == 2
    assert compute_relation("fact_instance_events", tale.events) == [(moment("00:00:00"), 2)]
    assert compute_relation("problem_events", tale.events) == []
    assert compute_relation("grading_events", tale.events) == []


def test_enrollment_event_has_mode_and_status(tale):
    tale.enroll(1, "10:00:00.9", mode="verified")
    tale.enroll(2, "11:00:00", "unregistered")
    tale.turn(3, "12:00:00", "x")
    tincan = "http://id.tincanapi.com/verb/unregistered"
    adl = "http://adlnet.gov/expapi/verbs/registered"
    assert compute_relation("enrollment_events", tale.events) == [
        (
            UUID(int=1),
            moment("10:00:00"),
            "ann",
            COURSE,
            KEY,
            "Org",
            adl,
            "verified",
            "registered",
        ),
        (
            UUID(int=2),
            moment("11:00:00"),
            "ann",
            COURSE,
            KEY,
            "Org",
            tincan,
            "audit",
            "unregistered",
        ),
    ]


def test_recent_enrollment_is_the_latest_whatever_came_last(tale):
    tale.enroll(1, "2026-02-01 10:00:00", "unregistered")
    tale.enroll(2, "2026-01-01 10:00:00", mode="verified")
    tale.enroll(3, "10:00:00", who="bob")
    assert compute_relation("dim_most_recent_enrollment", tale.events) == [
        ("Org", KEY, "ann", "unregistered", "audit", moment("2026-02-01 10:00:00")),
        ("Org", KEY, "bob", "registered", "audit", moment("10:00:00")),
    ]


def test_recent_enrollment_of_one_second_is_the_greatest_id_as_text(tale):
    tale.enroll(0xF << 124, "10:00:00.1", "unregistered")
    tale.enroll(1, "10:00:00.9", mode="honor")
    assert compute_relation("dim_most_recent_enrollment", tale.events) == [
        ("Org", KEY, "ann", "unregistered", "audit", moment("10:00:00"))
    ]


def test_enrollment_facts_carry_course_and_learner(tale):
    tale.course("Old", modified="2026-01-01")
    tale.course("New", modified="2026-01-02")
    tale.user(1, "ann", external=ANN)
    tale.user(2, "bob")
    tale.enroll(1, "10:00:00", who=ANN)
    tale.enroll(2, "10:00:01", who="mailto:bob@x.test")
    tale.enroll(3, "10:00:02", who="stranger")
    tale.enroll(4, "10:00:03", key="course-v1:Org+Unknown+R")
    course = ("Org", KEY, "New", "R")
    state = ("audit", "registered")
    ann = ("ann", "Ann", "ann@x.test")
    bob = ("bob", "Bob", "bob@x.test")
    assert compute_relation("fact_enrollments", tale.events, tale.rows) == [
        (moment("10:00:00"), *course, ANN, *state, *ann),
        (moment("10:00:01"), *course, "mailto:bob@x.test", *state, *bob),
        (moment("10:00:02"), *course, "stranger", *state, "", "", ""),
    ]


def test_instance_events_count_each_day(tale):
    tale.enroll(1, "2026-01-05 23:59:59.999999")
    tale.enroll(2, "2026-01-06 00:00:00")
    tale.enroll(3, "2026-01-06 12:00:00")
    assert compute_relation("fact_instance_events", tale.events * 2) == [
        (moment("2026-01-05 00:00:00"), 1),
        (moment("2026-01-06 00:00:00"), 2),
    ]


def test_instance_actors_count_people_and_not_their_absence(tale):
    tale.enroll(1, "10:00:00")
    tale.enroll(2, "11:00:00")
    tale.enroll(3, "11:00:00", who="bob")
    tale.event(4, "11:00:00", "{")
    tale.event(5, "2026-01-06 11:00:00", "{")
    assert compute_relation("fact_instance_actors", tale.events) == [(moment("00:00:00"), 2)]


def test_instance_courses_count_courses_each_hour(tale):
    tale.enroll(1, "10:00:00")
    tale.enroll(2, "10:59:59")
    tale.enroll(3, "10:30:00", key="course-v1:Org+D+R")
    tale.enroll(4, "11:00:00")
    tale.event(5, "12:00:00", {"object": {"id": "https://elsewhere.test"}})
    assert compute_relation("fact_instance_courses", tale.events) == [
        (moment("10:00:00"), 2),
        (moment("11:00:00"), 1),
    ]


def test_instance_enrollments_count_by_mode_and_status(tale):
    tale.enroll(1, "10:00:00")
    tale.enroll(2, "11:00:00", who="bob")
    tale.enroll(3, "12:00:00", "unregistered")
    tale.enroll(4, "2026-01-06 10:00:00", mode="verified")
    assert compute_relation("fact_instance_enrollments", tale.events * 2) == [
        (moment("00:00:00"), KEY, "audit", "registered", 2),
        (moment("00:00:00"), KEY, "audit", "unregistered", 1),
        (moment("2026-01-06 00:00:00"), KEY, "verified", "registered", 1),
    ]
