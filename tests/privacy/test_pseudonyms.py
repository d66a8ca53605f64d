"""What readers see, and may add, while learners go by pseudonyms."""

from __future__ import annotations

import re
from hashlib import sha256

import pytest

from .reading import mentions, names_of, readable

pytestmark = pytest.mark.xdist_group("privacy")

KEY = "a key of pseudonyms, made for tests"


def test_pseudonyms_show_readers_no_name_and_no_id_of_the_lms(filled, campus, pseudonymous):
    seen = readable(filled)
    ids = [person.external_id for person in campus["people"]]
    assert mentions(seen, [*names_of(campus), *ids, KEY]) == {}
    assert re.search(r"learner-[0-9a-f]{12}", seen["reporting.dim_student_status"])


def test_pseudonyms_are_one_for_each_learner(filled, campus, pseudonymous):
    rows = filled.rows(
        "SELECT DISTINCT actor_id, username, name, email FROM reporting.dim_student_status"
    )
    ids = {pseudonym(person.external_id) for person in campus["people"]}
    mailing = {pseudonym(f"mailto:{person.email}") for person in campus["people"]}
    assert {actor for actor, *_ in rows} <= ids | mailing
    named = [[actor, f"learner-{actor[:12]}", f"learner-{actor[:12]}", ""] for actor, *_ in rows]
    # an address leads to nobody once profiles are gone
    assert rows == [row if row[0] in ids else [row[0], "", "", ""] for row in named]
    assert ids & {actor for actor, *_ in rows}


def test_pseudonyms_live_as_events_come_in(filled, campus, pseudonymous):
    event = next(
        event for event in campus["events"] if campus["people"][6].external_id in event[2]
    )
    moved = ["00000000-0000-4000-8000-00000000000a", event[1], event[2]]
    filled.insert("xapi.xapi_events_all", [moved])
    found = filled.rows(
        "SELECT actor_id, event FROM xapi.xapi_events_all_parsed"
        " WHERE event_id = '00000000-0000-4000-8000-00000000000a'"
    )
    shown = pseudonym(campus["people"][6].external_id)
    assert [(actor, shown in text) for actor, text in found] == [(shown, True)]
    assert campus["people"][6].external_id not in found[0][1]


def pseudonym(learner):
    inner = sha256((KEY + learner).encode()).digest()
    return sha256(KEY.encode() + inner).hexdigest()[:32]


def test_the_key_of_pseudonyms_is_in_no_definition_and_open_to_no_reader(filled, pseudonymous):
    assert filled.rows(
        f"SELECT count() FROM system.tables WHERE position(create_table_query, '{KEY}') > 0"
    ) == [[0]]
    for client in ("reporting", "sinks", "lrs"):
        status, text = filled.ask(client, "SELECT * FROM event_sink.pseudonym_key")
        assert "ACCESS_DENIED" in text, (client, status)


@pytest.mark.full
def test_pseudonymous_learner_is_retired_by_the_id_of_the_lms(filled, campus, pseudonymous):
    person = campus["people"][6]
    shown = pseudonym(person.external_id)
    held = f"SELECT count() FROM xapi.xapi_events_all_parsed WHERE actor_id = '{shown}'"
    assert filled.rows(held) != [[0]]
    status, said = filled.retire(f"external_id: {person.external_id}\n")
    assert status == 0, said
    assert filled.rows(held) == [[0]]
    filled.insert(
        "xapi.xapi_events_all", [e for e in campus["events"] if person.external_id in e[2]]
    )


def test_sinks_can_add_only_what_the_value_allows(filled, pseudonymous):
    for table, allowed in (
        ("user_profile", False),
        ("external_id", True),
        ("course_enrollment", True),
    ):
        status, text = filled.ask("sinks", f"INSERT INTO event_sink.{table} FORMAT CSV\n")
        assert (status == 200) == allowed, text
        gone = f"ALTER TABLE event_sink.{table} DELETE WHERE user_id IN (999999)"
        assert filled.ask("sinks", gone)[0] == 200
