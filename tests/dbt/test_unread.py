"""Statements that are stored and that no model has read: the script of the CronJob finds and reads them."""

import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

import aspects_gen

pytestmark = pytest.mark.xdist_group("warehouse")

JOBS = Path(aspects_gen.__file__).parent / "aspects" / "jobs"

ALL_TIME = ("--since", "1970-01-01", "--until", "2106-01-01")


@pytest.fixture(scope="module")
def repair(warehouse):
    """Run the script; return its exit status and what it said."""

    def run(*words, **more):
        done = subprocess.run(
            [sys.executable, JOBS / "repair" / "clickhouse" / "repair_unread.py", *words],
            env=os.environ
            | {
                "PYTHONPATH": str(JOBS / "init" / "clickhouse"),
                "CLICKHOUSE_HOST": "127.0.0.1",
                "CLICKHOUSE_PORT": str(warehouse.port),
                "CLICKHOUSE_USER": "default",
                "CLICKHOUSE_PASSWORD": "",
                "RAW_TABLE": "`xapi`.`xapi_events_all`",
                "PARSED_TABLE": "`xapi`.`xapi_events_all_parsed_copies`",
                "KEPT_UNTIL": "toDateTime(emission_time) + INTERVAL 960 MONTH",
            }
            | more,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, (done.stdout + done.stderr).splitlines()

    return run


@contextmanager
def unwatched(warehouse):
    """Keep inserts from the view, as a server that is killed right after an insert does."""
    feed = "SELECT name FROM system.tables WHERE match(name, '^xapi_events_all_parsed_feed_')"
    [[name]] = warehouse.rows(feed)
    warehouse.run(f"DETACH TABLE xapi.{name}")
    try:
        yield
    finally:
        warehouse.run(f"ATTACH TABLE xapi.{name}")


@pytest.fixture(scope="module")
def lost(campus):
    """Every fifth statement, malformed ones among them."""
    return campus["events"][::5]


@pytest.fixture(scope="module")
def left(warehouse, campus, loading, expected, lost):
    """The campus with these statements in the raw table alone, models refreshed as if all were well.

    The tests follow each other: what one repairs, the next one finds repaired.
    """
    read = [event for event in campus["events"] if event not in lost]
    warehouse.empty()
    loading(warehouse, {"events": read, "rows": campus["rows"]})
    with unwatched(warehouse):
        warehouse.insert("xapi.xapi_events_all", lost)
    warehouse.refresh()
    seen = warehouse.read()
    assert seen != expected
    return seen


def days_of(events):
    return {event[1][:10] for event in events}


def first_words(line):
    return " ".join(line.split()[:2])


def test_before_models_are_built_there_is_nothing_to_do(repair):
    table = "`xapi`.`not_built`"
    said = [f"{table} is not there yet: models read everything when they are built"]
    assert repair(PARSED_TABLE=table) == (0, said)


def test_a_dry_run_counts_by_day_and_changes_nothing(warehouse, repair, left, lost):
    status, said = repair(*ALL_TIME, "--dry-run")
    assert (status, first_words(said[-1])) == (0, f"{len(lost)} statements")
    assert {line[:10] for line in said[:-1]} == days_of(lost)
    assert warehouse.read() == left


def test_only_recent_statements_that_retention_keeps_are_looked_for(repair, left):
    monthly = {"KEPT_UNTIL": "toDateTime(emission_time) + INTERVAL 1 MONTH"}
    for words, more in ((ALL_TIME, monthly), ((), {"DAYS": "3"})):
        status, said = repair(*words, **more)
        assert (status, [first_words(line) for line in said]) == (0, ["0 statements"])


def test_statements_that_stay_unread_fail_with_what_to_do(warehouse, repair, left):
    with unwatched(warehouse):
        status, said = repair(*ALL_TIME)
    assert status == 1
    told = (
        "are still unread although they were inserted again: build the models, then run this again"
    )
    assert said[-1].endswith(told)


def test_unread_statements_are_read_range_by_range_and_then_nothing_changes(
    warehouse, repair, left, expected, lost
):
    middle = sorted(event[1] for event in lost)[len(lost) // 2]
    early = sum(event[1] < middle for event in lost)
    until = middle.replace(" ", "T") + "Z"
    for words, count in (
        (("--since", "1970-01-01", "--until", until), early),
        (ALL_TIME, len(lost) - early),
    ):
        status, said = repair(*words)
        (total,) = (line for line in said if " statements are unread between " in line)
        assert (status, first_words(total)) == (0, f"{count} statements")
    warehouse.refresh()
    assert warehouse.read() == expected

    newest = "SELECT max(seen) FROM xapi.xapi_events_all_parsed_copies"
    before = warehouse.rows(newest)
    status, said = repair(*ALL_TIME)
    assert (status, [first_words(line) for line in said]) == (0, ["0 statements"])
    assert warehouse.rows(newest) == before
