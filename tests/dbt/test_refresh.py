"""A refresh costs what has changed, is there wholly or not at all, and misses nothing."""

import pytest

pytestmark = pytest.mark.xdist_group("warehouse")

NEWEST = (
    "SELECT max(rows) FROM system.parts WHERE active AND table LIKE '{}\\_rows\\__'"
    " AND min_block_number = (SELECT max(max_block_number) FROM system.parts"
    " WHERE active AND table LIKE '{}\\_rows\\__')"
)


PARTS = "SELECT table, name FROM system.parts WHERE active AND match(table, '_rows_[ab]$') ORDER BY ALL"


def newest_part_rows(warehouse, model):
    return warehouse.rows(NEWEST.format(model, model))[0][0]


def test_refreshes_between_inserts_change_nothing(warehouse, campus, loading):
    events = campus["events"]
    warehouse.empty()
    loading(warehouse, campus)
    warehouse.refresh()
    expected = warehouse.read()
    warehouse.empty()
    parts = [events[first::3] for first in range(3)]
    for number, part in enumerate(parts):
        rows = campus["rows"] if number == 1 else {}
        again = parts[number - 1][:20] if number else []
        loading(warehouse, {"events": part + again, "rows": rows}, batch=60, shuffle=number)
        warehouse.refresh()
    assert {name for name, rows in warehouse.read().items() if rows != expected[name]} == set()


def test_refresh_computes_only_what_was_touched(warehouse, making, loading):
    campus = making(events=1500, learners=60, seed=3)
    last = [event for event in campus["events"] if "/verbs/navigated" in event[2]][-1:]
    warehouse.empty()
    loading(warehouse, campus)
    warehouse.run("SELECT sleep(1.1)")
    warehouse.refresh()
    stored = warehouse.rows("SELECT count() FROM reporting.dim_learner_last_course_visit")[0][0]
    warehouse.run("SYSTEM STOP MERGES")
    try:
        loading(warehouse, {"events": last, "rows": {}})
        warehouse.refresh()
        written = newest_part_rows(warehouse, "dim_learner_last_course_visit")
        # learners of the second in which the first refresh began are touched as well
        assert 1 <= written < stored / 2
        warehouse.run("SELECT sleep(1.1)")
        warehouse.refresh()
        parts = warehouse.rows(PARTS)
        warehouse.refresh()
        assert warehouse.rows(PARTS) == parts  # nothing new, nothing written
    finally:
        warehouse.run("SYSTEM START MERGES")


MANY = (
    "INSERT INTO xapi.xapi_events_all SELECT generateUUIDv4(), now64(6), concat("
    '\'{"actor": {"account": {"name": "\', toString(number), \'"}}, "verb": {"id":'
    ' "https://w3id.org/xapi/dod-isd/verbs/navigated"}, "object": {"id": "http://h/xblock/b"}}\')'
    " FROM numbers(1200000)"
)
"""More rows than the engine puts into one part of its own accord, which is 1,048,449."""


@pytest.mark.full
def test_a_refresh_is_one_part(warehouse):
    warehouse.empty()
    warehouse.run("SYSTEM STOP MERGES")
    try:
        warehouse.run(MANY)
        warehouse.refresh()
        parts = warehouse.rows(
            "SELECT rows FROM system.parts WHERE active"
            " AND table LIKE 'dim\\_learner\\_last\\_course\\_visit\\_rows\\__'"
        )
        assert parts == [[1_200_000]]
    finally:
        warehouse.run("SYSTEM START MERGES")
        warehouse.empty()
