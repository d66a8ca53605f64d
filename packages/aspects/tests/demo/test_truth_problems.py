"""Truth about problems: attempts, answers, averages, engagement."""

import json
import struct
from datetime import datetime
from uuid import UUID

import pytest

from aspects_gen.demo.truth import compute_relation
from aspects_gen.demo.truths.problem_names import find_problem, number_problem
from aspects_gen.demo.truths.responses import split_response

KEY = "course-v1:Org+C+R"
BLOCK = "block-v1:Org+C+R+type@{}+block@{}"
P1, P3 = BLOCK.format("problem", "p1"), BLOCK.format("problem", "p3")
XBLOCK = "https://lms.test/xblock/"
NUMBER1, NUMBER3 = "\b1:\b1:\b1_1", "\b1:\b2:\b1_1"


def moment(text):
    return datetime.fromisoformat(f"2026-01-05 {text}")


def single(number):
    return struct.unpack("<f", struct.pack("<f", number))[0]


def ask(tale, name):
    return compute_relation(name, tale.events, tale.rows)


def test_problem_events_have_answers_passes_and_help(tale):
    tale.answer(1, "10:00:00.5", "p1", True, 3, response="[1]", scaled=0.7)
    tale.say(2, "10:00:01", "asked", XBLOCK + P1 + "/hint/1", result={"success": True})
    tale.say(3, "10:00:02", "passed", "https://lms.test/course/" + KEY)
    tale.say(4, "10:00:03", "attempted", XBLOCK + P1)
    rows = ask(tale, "problem_events")
    evaluated = "https://w3id.org/xapi/acrossx/verbs/evaluated"
    assert rows[0] == (
        *(UUID(int=1), moment("10:00:00"), "ann", XBLOCK + P1, KEY, "Org", evaluated),
        *("[1]", single(0.7), True, "choice", 3, P1),
    )
    assert [row[-6:] for row in rows[1:]] == [
        ("", 0.0, False, "", 0, P1),
        ("", 0.0, False, "", 0, ""),
    ]


def test_problem_events_of_several_questions_count_as_a_first_attempt(tale):
    tale.answer(1, "10:00:00", "p1", True, None, object_type="GroupActivity")
    tale.answer(2, "10:00:00", "p1_2_1", True, None, statement={"id": "x"})
    found = [(row.attempts, row.problem_id) for row in ask(tale, "problem_events")]
    assert found == [(1, P1), (1, P1)]


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        (XBLOCK + P1, P1),
        (XBLOCK + P1 + "_2_1", P1),
        (XBLOCK + P1 + "/answer", P1),
        (XBLOCK + P1 + "/hint/1", P1),
        (
            XBLOCK + "ccx-block-v1:O+C+R+ccx@1+type@problem+block@p_2_1",
            "ccx-block-v1:O+C+R+ccx@1+type@problem+block@p",
        ),
        (
            XBLOCK + "block-v1:O+6.00~x+R+type@problem+block@p/answer",
            "block-v1:O+6.00~x+R+type@problem+block@p",
        ),
        (XBLOCK + BLOCK.format("video", "v1"), ""),
        (P1, ""),
    ],
)
def test_problem_id_is_cut_out_of_an_address(address, problem):
    assert find_problem(address) == problem


@pytest.mark.parametrize(
    ("address", "name", "expected"),
    [
        (P1, "1:2:13 - Sum", ("\b1:\b2:13_1", "\b1:\b2:13_1 - Sum")),
        (P1 + "_3_1", "1:2:3 - A - B", ("\b1:\b2:\b3_3", "\b1:\b2:\b3_3 - A - B")),
        (P1, "", ("\b\b_1", "\b\b_1 - ")),
    ],
)
def test_problem_number_pads_places_and_names_the_part(address, name, expected):
    assert number_problem(address, name) == expected


def answer(tale):
    """Ann is wrong, then right at the third try; Bob is wrong once; nothing comes in order."""
    tale.answer(3, "12:00:00", "p3", True, 3, response="c", scaled=1)
    tale.answer(1, "10:00:00", "p3", False, 1, response="a")
    tale.answer(2, "11:00:00", "p3", False, 2, response="b")
    tale.answer(4, "09:00:00", "p3", False, 1, response="a", who="bob")


def test_last_response_is_the_greatest_attempt(school):
    answer(school)
    name = "1:2:1 - Big - one"
    link = f'<a href="{XBLOCK}{P3}" target="_blank">{name}</a>'
    head = ("Org", KEY, XBLOCK + P3, P3, link, name, True)
    assert ask(school, "dim_learner_last_response") == [
        (*head, "ann", 11, "choice", 3, True, moment("12:00:00"), "c", 1.0),
        (*head, "bob", 11, "choice", 1, False, moment("09:00:00"), "a", 0.0),
    ]


def test_last_response_of_one_attempt_is_the_latest_event(tale):
    tale.answer(1, "10:00:00", "p1", True, 1, response="late")
    tale.answer(2, "09:00:00", "p1", False, 1, response="early")
    rows = ask(tale, "dim_learner_last_response")
    assert [(row.responses, row.success) for row in rows] == [("late", True)]


def test_last_response_to_an_unknown_problem_has_no_name(tale):
    tale.answer(1, "10:00:00", "p1", True, 1)
    row = ask(tale, "dim_learner_last_response")[0]
    assert row[4:7] == (f'<a href="{XBLOCK}{P1}" target="_blank"></a>', "", False)
    assert row.course_order == 0


def test_last_response_keeps_each_part_of_a_problem(tale):
    tale.answer(1, "10:00:00", "p1", False, None, object_type="GroupActivity")
    tale.answer(2, "10:00:00", "p1_2_1", True, None, statement={"id": "x"})
    tale.answer(3, "10:00:00", "p1_3_1", False, None, statement={"id": "x"})
    found = [(row.object_id, row.success) for row in ask(tale, "dim_learner_last_response")]
    address = XBLOCK + P1
    assert found == [(address, False), (address + "_2_1", True), (address + "_3_1", False)]


def test_coursewide_averages_are_over_all_learners(school):
    answer(school)
    school.answer(5, "09:00:00", "p3", True, 1, who="cy")
    name = "1:2:1 - Big - one"
    link = f'<a href="{XBLOCK}{P3}" target="_blank">{name}</a>'
    head = ("Org", KEY, 11, link, True)
    # correct tries 3 + 0 + 1 and incorrect tries 0 + 1 + 0, over three learners; two of three right
    wide = (single(4 / 3), single(1 / 3), single(2 / 3))
    own = (single(2 / 3), single(1 - 2 / 3))
    assert ask(school, "dim_problem_coursewide_avg") == [
        (*head, "ann", P3, *wide, 3, 0, *own),
        (*head, "bob", P3, *wide, 0, 1, *own),
        (*head, "cy", P3, *wide, 1, 0, *own),
    ]


def test_responses_are_first_answers_counted_over_learners(school):
    answer(school)
    school.answer(5, "09:00:00", "p3", False, 1, response='["a", "b"]', who="cy")
    head = ("Org", KEY, "p3")
    tail = ("choice", NUMBER3, f"{NUMBER3} - Big - one")
    assert ask(school, "dim_problem_responses") == [
        (*head, "a", False, *tail, 3),
        (*head, "b", False, *tail, 1),
    ]


def test_responses_to_problems_of_custom_courses_stay_apart(tale):
    key = "ccx-v1:Org+C+R+ccx@1"
    tale.answer(1, "10:00:00", "p1", True, 1, key=key)
    tale.answer(2, "10:00:00", "p2", True, 1, key=key)
    assert [row.block_id_short for row in ask(tale, "dim_problem_responses")] == ["p1", "p2"]


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        ("a, b", ["a, b"]),
        ("", []),
        ("[]", []),
        ('["a", "b, c"]', ["a", "b, c"]),
        (json.dumps(["größer", "三"]), ["größer", "三"]),
        ('["a", "a"]', ["a", "a"]),
        ("[1, 2.5, null]", ["1", "2.5", "null"]),
        ("both <choicehint>Look.</choicehint>", ["both "]),
        ("<div>x</div>", ["x"]),
        ('["<div>x</div>", "<div></div>"]', ["x"]),
        ('"a", "b"', ['"a,b"']),
        ("[not json", ["not json"]),
    ],
)
def test_responses_are_split_and_cleaned(text, answers):
    assert split_response(text) == answers


def test_problem_results_are_last_responses(school):
    answer(school)
    tail = (NUMBER3, f"{NUMBER3} - Big - one", "p3")
    assert ask(school, "dim_problem_results") == [
        ("Org", KEY, False, 1, "bob", *tail),
        ("Org", KEY, True, 3, "ann", *tail),
    ]


def test_subsection_results_are_of_graded_problems(school):
    answer(school)
    school.answer(9, "10:00:00", "p1", True, 1)
    subsection = ("\b1:\b2:\b0", "\b1:\b2:\b0 - Test")
    head = ("Org", KEY, "q2", P3, NUMBER3, f"{NUMBER3} - Big - one")
    assert ask(school, "dim_subsection_problem_results") == [
        (*head, "ann", True, *subsection, 1.0),
        (*head, "bob", False, *subsection, 0.0),
    ]


def test_problem_engagement_labels_subsections_and_hands_them_up(school):
    school.user(2, "bob")
    school.answer(1, "10:00:00", "p1", False, 1)
    school.answer(2, "11:00:00", "p1", True, 2)
    school.answer(3, "10:00:00", "p3", True, 1)
    mail = "mailto:bob@x.test"
    school.answer(4, "10:00:00", "p1", True, 1, who=mail)
    school.answer(5, "10:00:00", "p2", True, 1, who=mail)
    school.answer(6, "10:00:00", "unknown", True, 1)
    some, every = "At least one problem attempted", "All problems attempted"
    week, start, test = "1:0:0 - Week", "1:1:0 - Start", "1:2:0 - Test"
    s1 = BLOCK.format("chapter", "s1")
    q1, q2 = BLOCK.format("sequential", "q1"), BLOCK.format("sequential", "q2")
    nobody, bob, head = ("", "", ""), ("bob", "Bob", "bob@x.test"), ("Org", KEY)
    assert ask(school, "fact_problem_engagement") == [
        (*head, week, week, "section", "ann", every, s1, *nobody),
        (*head, week, week, "section", "ann", some, s1, *nobody),
        (*head, week, week, "section", mail, every, s1, *bob),
        (*head, start, week, "subsection", "ann", some, q1, *nobody),
        (*head, start, week, "subsection", mail, every, q1, *bob),
        (*head, test, week, "subsection", "ann", every, q2, *nobody),
    ]
