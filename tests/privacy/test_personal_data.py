"""What the three values of `pii` let readers see, what a stricter one removes, and how learners go.

One site lives through it all: personal data on, two learners retired, then pseudonyms, then off.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import pytest
from warehouse import Warehouse

from aspects_gen.demo import truth
from aspects_gen.demo.truths.values import as_float32

pytestmark = pytest.mark.xdist_group("privacy")

RELATIONS = json.loads(
    (Path(__file__).parent.parent / "dbt" / "relations.json").read_text(encoding="utf-8")
)

KEY = "a key of pseudonyms, made for tests"

REBUILT = {
    "fact_instance_events",
    "fact_instance_actors",
    "fact_instance_courses",
    "fact_instance_enrollments",
    "dim_problem_coursewide_avg",
    "dim_problem_responses",
}
"""Counts and averages over many, in which nobody can be recognised: a rebuild takes the retired out of them."""

TRACKING = """{{"username": "{user}", "name": "problem_check", "context": {{"user_id": {number}, "path": "/x"}}}}"""


def tracking_of(person):
    return TRACKING.format(user=person.username, number=person.number)


@pytest.fixture(scope="module")
def leaving(campus):
    """Two learners that leave: one named by a random id, one by an address."""
    mailing = next(person for person in campus["people"] if person.uses_email)
    return [next(person for person in campus["people"] if not person.uses_email), mailing]


@pytest.fixture(scope="module")
def filled(site, campus):
    """The site with a campus in it, tracking logs and dead letters besides."""
    for table, rows in campus["rows"].items():
        site.insert(f"event_sink.{table}", rows)
    site.insert("xapi.xapi_events_all", campus["events"])
    site.insert("openedx.xapi_events_all", campus["events"][:50])
    site.insert(
        "openedx._tracking",
        [("2025-02-01 00:00:00", tracking_of(person)) for person in campus["people"]],
    )
    site.insert(
        "openedx._dead_letters",
        [
            (
                f"00000000-0000-4000-8000-{number:012}",
                "2025-02-01 00:00:00",
                "tracking",
                "invalid_json",
                "pod",
                f"cut off: {tracking_of(person)[:-9]}",
            )
            for number, person in enumerate(campus["people"])
        ],
    )
    refresh(site)
    return site


def refresh(site):
    """Refresh what timers fill, each after those it reads."""
    for database, name in Warehouse.timed(site):
        site.run(f"SYSTEM REFRESH VIEW {database}.{name}")
        site.run(f"SYSTEM WAIT VIEW {database}.{name}")


def plain(value):
    """Return a computed value as JSON shows it."""
    if isinstance(value, datetime):
        return value.isoformat(" ", timespec="microseconds" if value.microsecond else "seconds")
    if isinstance(value, date | UUID):
        return str(value)
    return float(value) if isinstance(value, Decimal) else value


def read_back(value, kind):
    """Return what the engine's JSON says, as `plain` would."""
    if kind == "Float32":
        return as_float32(float(value))
    if kind.startswith("DateTime64(6"):
        return value.removesuffix(".000000")
    if kind.startswith("Decimal"):
        return float(value)
    return int(value) if kind in ("Int64", "UInt64") else value


def read(site, relation):
    """Return a relation's rows, counted."""
    wanted = ", ".join(f"`{name}`" for name, _ in relation["columns"])
    kinds = [kind for _, kind in relation["columns"]]
    rows = site.rows(f"SELECT {wanted} FROM {relation['database']}.{relation['name']}")
    return Counter(tuple(map(read_back, row, kinds)) for row in rows)


def readable(site):
    """Return relation to the text that the reporting user gets of it, where it gets any."""
    found = {}
    for database, name in site.relations():
        status, text = site.ask("reporting", f"SELECT * FROM `{database}`.`{name}` FORMAT TSV")
        if status == 200:
            found[f"{database}.{name}"] = text
        else:
            assert "ACCESS_DENIED" in text, f"{database}.{name}: {text}"
    return found


def mentions(texts, needles):
    """Return where any of the needles stands, with the first of them."""
    return {
        name: next(needle for needle in needles if needle in text)
        for name, text in texts.items()
        if any(needle in text for needle in needles)
    }


def names_of(campus):
    return [
        value
        for person in campus["people"]
        for value in (person.username, person.name, person.email, person.external_id)[:3]
    ]


def test_on_shows_names_and_keeps_raw_tables_closed(filled, campus):
    seen = readable(filled)
    assert campus["people"][0].name in seen["reporting.dim_student_status"]
    closed = {f"{database}.{name}" for database, name in filled.relations()} - set(seen)
    assert closed >= {"event_sink.user_profile", "event_sink.external_id"}
    assert closed >= {"event_sink.course_enrollment", "xapi.xapi_events_all"}


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


@pytest.fixture(scope="module")
def retired(filled, campus, leaving):
    """The site after both have gone, and what was said."""
    text = f"username: {leaving[0].username}\nemail: {leaving[1].email}\n"
    status, said = filled.retire(text)
    assert status == 0, said
    return {"said": said, "list": text}


def test_retirement_leaves_no_trace_of_a_learner(filled, leaving, retired):
    stored = {
        f"{database}.{name}": filled.run(f"SELECT * FROM `{database}`.`{name}` FORMAT TSV")
        for database, name in filled.relations("AND engine NOT IN ('MaterializedView')")
    }
    # of names alone there are several people
    needles = [v for p in leaving for v in (p.username, p.email, p.external_id)]
    assert mentions(stored, needles) == {}


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


@pytest.fixture(scope="module")
def pseudonymous(filled, retired):
    """The site with pseudonyms: what was said on the way."""
    filled.switch("pseudonym")
    status, said = filled.job("aspects-pseudonyms")
    assert status == 0, said
    filled.build_models()
    status, said = filled.job("aspects-personal-data")
    assert status == 0, said
    return said


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


@pytest.fixture(scope="module")
def off(filled, pseudonymous, campus):
    """The site with personal data off: what was said on the way."""
    filled.run(
        "CREATE TABLE event_sink.old_copy (username String, email String, id Int8) ENGINE = MergeTree ORDER BY id"
    )
    filled.insert(
        "event_sink.old_copy", [[campus["people"][7].username, campus["people"][7].email, 1]]
    )
    filled.switch("off")
    filled.build_models()
    status, said = filled.job("aspects-personal-data")
    assert status == 0, said
    return said


def test_off_shows_readers_no_name_and_no_address(filled, campus, off):
    seen = readable(filled)
    assert mentions(seen, names_of(campus)) == {}
    assert campus["people"][6].external_id in seen["xapi.xapi_events_all_parsed"]


def test_off_removes_every_copy_and_says_so(filled, campus, off, pseudonymous):
    assert "event_sink.user_profile: " in pseudonymous
    assert "event_sink.external_id: " in off
    assert "event_sink.old_copy: username cleared in 1 rows" in off
    assert off.splitlines()[-1] == "no personal data is left where aspects.pii forbids it"
    for table in ("user_profile", "external_id", "pseudonym_key"):
        assert filled.rows(f"SELECT count() FROM event_sink.{table}") == [[0]]
    kept = filled.rows(
        "SELECT countIf(username != ''), count() > 0 FROM event_sink.course_enrollment"
    )
    assert kept == [[0, True]]


def test_off_clears_user_names_that_come_in_later(filled, campus, off):
    filled.insert("event_sink.course_enrollment", campus["rows"]["course_enrollment"][:5])
    filled.run("OPTIMIZE TABLE event_sink.course_enrollment FINAL")
    names = "SELECT count() FROM event_sink.course_enrollment WHERE username != ''"
    assert filled.rows(names) == [[0]]


def test_off_repeated_removes_nothing(filled, off):
    status, said = filled.job("aspects-personal-data")
    assert (status, said) == (0, "no personal data is left where aspects.pii forbids it\n")


def test_off_names_a_place_that_it_cannot_clear(filled, off):
    filled.run(
        "CREATE TABLE reporting.mine (username String) ENGINE = MergeTree ORDER BY username"
    )
    filled.insert("reporting.mine", [["somebody"]])
    status, said = filled.job("aspects-personal-data")
    filled.run("DROP TABLE reporting.mine")
    assert status == 1
    assert said == "personal data is left:\n  reporting.mine: 1 rows with a username\n"
