"""What a stricter choice about personal data removes, and that it says what it cannot."""

from __future__ import annotations

import pytest

from .reading import mentions, names_of, readable

pytestmark = pytest.mark.xdist_group("privacy")


def test_off_shows_readers_no_name_and_no_address(filled, campus, off):
    seen = readable(filled)
    assert mentions(seen, names_of(campus)) == {}
    assert campus["people"][6].external_id in seen["xapi.xapi_events_all_parsed"]


def test_off_looks_for_names_once_a_day(filled, off):
    daily = "SELECT name FROM system.tables WHERE create_table_query LIKE '%REFRESH EVERY 1 DAY %'"
    assert sorted(name for (name,) in filled.rows(daily)) == [
        "learner_names_mv",
        "user_pii_rows_mv",
    ]


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
