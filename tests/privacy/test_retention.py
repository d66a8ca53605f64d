"""Every table that holds events drops them after the months that are asked for, and readers see none older."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

pytestmark = pytest.mark.xdist_group("privacy")

EVENTS = ("0e7e4701-0000-4000-8000-000000000000", "0e7e4701-0000-4000-8000-000000000001")
"""Of the statements that the tests add: an old one, a new one."""

REASONS = {
    "event_sink.load_test_runs": "written by a person's load test, about no learner",
    "event_sink.load_test_stats": "written by a person's load test, about no learner",
    "xapi.alembic_version": "when the schema changed",
    "xapi._migrations_lock": "who migrates, for minutes",
    "reporting._models_lock": "who builds models, for minutes",
    "event_sink.course_enrollment": "copies of a state of the LMS, which stands until it changes",
}
"""Tables with a time and no retention, and why."""


def tables_with_a_time(site):
    """Return database.table to (definition, whether a timer replaces its rows) of stored tables.

    A table that a timer replaces holds only what it computes of rows that the retention has left.
    """
    found = site.rows(
        "SELECT DISTINCT t.database || '.' || t.name, t.create_table_query, r.name != ''"
        " FROM system.tables t JOIN system.columns c ON t.database = c.database AND t.name = c.table"
        " LEFT JOIN system.tables r ON r.database = t.database AND r.name = t.name || '_mv'"
        " WHERE t.engine LIKE '%MergeTree' AND t.database IN ('xapi', 'openedx', 'event_sink', 'reporting')"
        " AND match(c.type, 'Date') AND c.name NOT IN ('seen')"
    )
    return {name: (sql, bool(timed)) for name, sql, timed in found}


def test_every_table_with_a_time_of_events_drops_them(site):
    missing = {
        name: "neither a TTL nor a reason"
        for name, (sql, timed) in tables_with_a_time(site).items()
        if " TTL " not in sql and not timed and name not in REASONS
    }
    assert missing == {}


def test_tables_divided_by_month_drop_months_as_a_whole(site):
    parted = [
        name
        for name, (sql, _) in tables_with_a_time(site).items()
        if "PARTITION BY" in sql and " TTL " in sql and "ttl_only_drop_parts = 1" not in sql
    ]
    assert parted == []


@pytest.fixture(scope="module")
def shortened(site):
    """The site with an old and a new event of each kind, then with a shorter retention."""
    now = datetime.now(UTC)
    for event, age in zip(EVENTS, (timedelta(days=100), timedelta(days=1)), strict=True):
        moment = (now - age).strftime("%Y-%m-%d %H:%M:%S")
        text = '{"actor": {"account": {"name": "someone"}}, "verb": {"id": "v"}, "object": {"id": "o"}}'
        site.insert("xapi.xapi_events_all", [[event, moment, text]])
    site.run("SYSTEM STOP TTL MERGES")
    before = kept(site)
    site.switch(site.pii, months=2)
    site.run("SYSTEM STOP TTL MERGES")
    site.migrate()
    site.build_models()
    return before


def kept(site):
    """Return the identity of the table of parsed statements, and how many of ours are seen and stored."""
    identity = site.rows(
        "SELECT uuid FROM system.tables WHERE match(name, '^xapi_events_all_parsed_rows_[ab]$')"
    )
    ours = f"WHERE event_id IN {EVENTS}"
    rows = "merge('xapi', '^xapi_events_all_parsed_rows_[ab]$')"
    seen = site.rows(f"SELECT count() FROM xapi.xapi_events_all_parsed {ours}")
    stored = site.rows(f"SELECT count() FROM {rows} {ours}")
    return identity, seen[0][0], stored[0][0]


def test_a_shorter_retention_hides_at_once_and_rebuilds_no_parsed_statement(site, shortened):
    identity, seen, stored = shortened
    assert (seen, stored) == (2, 2)
    assert kept(site) == (identity, 1, 2)


def test_a_shorter_retention_reaches_every_table(site, shortened):
    found = tables_with_a_time(site).items()
    ruled = {n: sql for n, (sql, _) in found if " TTL " in sql and n not in REASONS}
    assert len(ruled) >= 5
    assert [name for name, sql in ruled.items() if "toIntervalMonth(2)" not in sql] == []
