"""Learners who are retired are gone from everywhere, and nobody else is touched."""

from __future__ import annotations

import json
import re
from collections import Counter

import pytest
from comparing import plain

from aspects_gen.demo import truth

from .reading import RELATIONS, mentions, read, stored

pytestmark = pytest.mark.xdist_group("privacy")

REBUILT = {
    "fact_instance_events",
    "fact_instance_actors",
    "fact_instance_courses",
    "fact_instance_enrollments",
    "dim_problem_coursewide_avg",
}
"""Counts and averages over many, in which nobody can be recognised: a rebuild takes the retired out of them."""


def test_retirement_refuses_a_wrong_list_with_every_mistake_and_no_name(filled):
    status, said = filled.retire("username: x\nalias: someone\nuser_id: 4x2\nemail: no-address\n")
    assert status == 1
    assert said.splitlines() == [
        "the list of learners is wrong; nothing was removed",
        "  learners.txt:1: found username: x… (1 characters), expected 2 to 150 letters, digits or . _ @ + -",
        "  learners.txt:2: found al… (14 characters), expected one of user_id, username, external_id,"
        " email, a colon, a value",
        "  learners.txt:3: found user_id: 4x… (3 characters), expected a whole number",
        "  learners.txt:4: found email: no… (10 characters), expected an e-mail address",
    ]


def test_retirement_leaves_no_trace_of_a_learner(filled, leaving, retired):
    # of names alone there are several people
    needles = [v for p in leaving for v in (p.username, p.email, p.external_id)]
    assert mentions(stored(filled), needles) == {}


def test_retirement_says_what_it_removed_and_no_name(leaving, retired):
    said = retired["said"]
    for table in ("openedx._tracking", "openedx._dead_letters"):
        assert f"{table}: 2 rows removed" in said
    assert re.search(r"event_sink.user_profile: [1-9]\d* rows removed", said)
    assert "nothing left in" in said.splitlines()[-1]
    assert not [v for p in leaving for v in (p.username, p.email, p.external_id) if v in said]


def test_retirement_touches_nobody_else(filled, campus, leaving, retired):
    gone = [v for p in leaving for v in (p.external_id, p.email)]
    numbers = {person.number for person in leaving}
    columns = {"user_profile": 1, "external_id": 3, "course_enrollment": 6}
    events = [event for event in campus["events"] if not any(g in event[2] for g in gone)]
    rows = {
        table: [row for row in given if table not in columns or row[columns[table]] not in numbers]
        for table, given in campus["rows"].items()
    }
    assert len(events) < len(campus["events"])
    true = truth.compute_all(events, rows)
    for relation in RELATIONS:
        name = relation["name"]
        if name not in REBUILT:
            assert true[name], name
            assert read(filled, relation) == Counter(
                tuple(map(plain, row)) for row in true[name]
            ), name


def test_retirement_repeated_finds_nothing(filled, retired):
    status, said = filled.retire(retired["list"])
    assert (status, said.splitlines()[-1][:16]) == (0, "done: 0 rows rem"), said
    assert filled.rows("SELECT count() FROM event_sink.retiring_learners") == [[0]]


def test_retirement_reports_what_it_may_not_remove(filled, campus):
    person = campus["people"][3]
    course = campus["rows"]["course_overviews"][0]
    planted = [*course[:8], json.dumps({"announcement": f"ask {person.email}."}), *course[9:]]
    filled.insert("event_sink.course_overviews", [planted])
    status, said = filled.retire(f"user_id: {person.number}\n")
    filled.run(
        "ALTER TABLE event_sink.course_overviews DELETE WHERE course_data_json LIKE '%ask %'"
    )
    assert status == 1
    assert said.splitlines()[-2:] == [
        "learners are still mentioned; repeat with the same list",
        "  event_sink.course_overviews: 1 rows",
    ]
    # the records are gone by now, and what they said is still known
    status, said = filled.retire(f"user_id: {person.number}\n")
    assert status == 0, said
    assert "1 of kind username" in said


@pytest.mark.full
def test_retirement_of_an_address_that_two_have_had_asks_who_is_meant(filled, campus):
    old, new = campus["people"][8], campus["people"][9]
    row = next(row for row in campus["rows"]["user_profile"] if row[1] == new.number)
    filled.insert("event_sink.user_profile", [[*row[:4], old.email, *row[5:]]])
    status, said = filled.retire(f"email: {old.email}")
    assert status == 1
    assert "add the user_id that is meant; nothing was removed" in said
    assert old.email not in said
    before = filled.rows(
        f"SELECT count() FROM event_sink.user_profile WHERE user_id = {new.number}"
    )
    status, said = filled.retire(f"email: {old.email}\nuser_id: {old.number}")
    assert status == 0, said
    assert "1 of kind email are others' too and not searched for" in said
    assert before == filled.rows(
        f"SELECT count() FROM event_sink.user_profile WHERE user_id = {new.number}"
    )
