"""Truth about pages and visits."""

from datetime import date, datetime
from uuid import UUID

import pytest

from aspects_gen.demo import verbs as v
from aspects_gen.demo.truth import compute_relation

KEY = "course-v1:Org+C+R"
BLOCK = "block-v1:Org+C+R+type@{}+block@{}"
Q1, Q2 = BLOCK.format("sequential", "q1"), BLOCK.format("sequential", "q2")
S1 = BLOCK.format("chapter", "s1")


def moment(text):
    return datetime.fromisoformat(text if "-" in text else f"2026-01-05 {text}")


def ask(tale, name):
    return compute_relation(name, tale.events, tale.rows)


def test_navigation_event_says_from_where_to_where(tale):
    tale.turn(1, "10:00:00.5", tale.address("sequential", "q1"), start=4, end=8)
    assert ask(tale, "navigation_events") == [
        (
            UUID(int=1),
            moment("10:00:00"),
            "ann",
            Q1,
            KEY,
            "Org",
            "https://w3id.org/xapi/dod-isd/verbs/navigated",
            "http://id.tincanapi.com/activitytype/resource",
            4,
            "8",
        )
    ]


@pytest.mark.parametrize(
    ("start", "expected"), [(3, 3), ("3", 3), (3.7, 3), ("x", 0), (None, 0), ([3], 0)]
)
def test_navigation_event_reads_positions_as_numbers(tale, start, expected):
    tale.turn(1, "10:00:00", "x", start=start)
    assert ask(tale, "navigation_events")[0].starting_position == expected


def test_navigation_event_to_a_link_has_its_whole_address(tale):
    item = {"id": "https://x.test/a", "definition": {"type": v.LINK_TYPE}}
    tale.say(1, "10:00:00", "navigated", item, extensions={v.START_POSITION: 4})
    row = ask(tale, "navigation_events")[0]
    assert (row.block_id, row.starting_position, row.ending_point) == ("https://x.test/a", 0, "")


def test_last_visit_is_one_for_all_months(tale):
    tale.turn(1, "2026-02-05 10:00:00", "x")
    tale.turn(2, "2026-01-05 10:00:00", "x")
    tale.turn(3, "2026-01-06 10:00:00", "x", who="bob")
    assert ask(tale, "dim_learner_last_course_visit") == [
        ("Org", KEY, "ann", moment("2026-02-05 10:00:00")),
        ("Org", KEY, "bob", moment("2026-01-06 10:00:00")),
    ]


def visit(tale):
    """Ann opens a subsection of two pages as such and by one page, and the other one; Bob the other."""
    tale.turn(1, "2026-01-05 10:00:00", tale.address("sequential", "q1"))
    tale.turn(2, "2026-01-07 10:00:00", tale.address("sequential", "q1"))
    tale.turn(3, "2026-01-06 10:00:00", tale.address("sequential", "q1"))
    tale.turn(4, "2026-01-05 11:00:00", tale.address("vertical", "u1"))
    tale.turn(5, "2026-01-05 12:00:00", tale.address("sequential", "q2"), who="bob")
    tale.turn(6, "2026-01-05 13:00:00", tale.address("sequential", "unknown"))


def test_navigation_completion_has_each_visited_block_once(school):
    visit(school)
    names = ("1:0:0 - Week", "1:1:0 - Start")
    assert ask(school, "fact_navigation_completion") == [
        ("Org", KEY, Q1, 3, "ann", 2, *names, date(2026, 1, 7), Q1, S1),
        (
            *("Org", KEY, Q2, 9, "bob", 1, "1:0:0 - Week", "1:2:0 - Test"),
            *(date(2026, 1, 5), Q2, S1),
        ),
        (
            "Org",
            KEY,
            BLOCK.format("vertical", "u1"),
            3,
            "ann",
            2,
            *names,
            date(2026, 1, 5),
            Q1,
            S1,
        ),
    ]


def test_page_counts_do_not_depend_on_what_is_graded(school):
    school.block("vertical", "u4", "1:1:3", 13, graded=1)
    visit(school)
    counts = [(row.block_id, row.page_count) for row in ask(school, "fact_navigation_completion")]
    assert counts == [(Q1, 3), (Q2, 1), (BLOCK.format("vertical", "u1"), 3)]


def test_pageview_engagement_sums_pages_by_level(school):
    school.block("vertical", "u4", "1:1:3", 13)
    school.user(2, "bob")
    visit(school)
    school.turn(7, "14:00:00", school.address("sequential", "q2"))
    school.turn(8, "14:00:00", school.address("sequential", "q2"), who="mailto:bob@x.test")
    some, every = "At least one page viewed", "All pages viewed"
    week, head = "1:0:0 - Week", ("Org", KEY)
    nobody, bob = ("", "", ""), ("bob", "Bob", "bob@x.test")
    mail = "mailto:bob@x.test"
    assert ask(school, "fact_pageview_engagement") == [
        (*head, week, "section", "ann", some, week, *nobody),
        (*head, week, "section", "bob", every, week, *nobody),
        (*head, week, "section", mail, every, week, *bob),
        (*head, "1:1:0 - Start", "subsection", "ann", some, week, *nobody),
        (*head, "1:2:0 - Test", "subsection", "ann", every, week, *nobody),
        (*head, "1:2:0 - Test", "subsection", "bob", every, week, *nobody),
        (*head, "1:2:0 - Test", "subsection", mail, every, week, *bob),
    ]
