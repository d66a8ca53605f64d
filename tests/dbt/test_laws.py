"""What a reader sees depends on what happened, not on how and when it arrived.

Four laws for every relation: the order of arrival, the split into inserts, duplicates and replays
change nothing; live equals rebuilt. Timed models are held to them right after a refresh.
"""

import pytest

pytestmark = pytest.mark.xdist_group("warehouse")


def differences(seen, expected):
    """Return a line for every relation that differs, with one row of each side."""
    lines = []
    for name, rows in expected.items():
        if seen[name] != rows:
            extra = sorted(set(seen[name]) - set(rows))[:1]
            missing = sorted(set(rows) - set(seen[name]))[:1]
            lines.append(
                f"{name}: {len(seen[name])} rows, not {len(rows)}; extra {extra}; missing {missing}"
            )
    return "\n".join(lines)


def test_campus_fills_every_relation(expected):
    assert [name for name, rows in expected.items() if len(rows) < 2] == []


@pytest.mark.parametrize("batch", [1, 17, None])
def test_arrival_splits_and_duplicates_change_nothing(warehouse, campus, loading, expected, batch):
    warehouse.empty()
    loading(
        warehouse, campus, batch=batch, shuffle=f"arrival/{batch}", duplicates=0.05, inserts=25
    )
    warehouse.refresh()
    assert not differences(warehouse.read(), expected)


def test_replay_of_everything_changes_nothing(warehouse, campus, loading, expected):
    warehouse.empty()
    loading(warehouse, campus)
    warehouse.refresh()
    loading(warehouse, campus, batch=200, shuffle="replay")
    warehouse.refresh()
    assert not differences(warehouse.read(), expected)


def test_rebuild_in_between_changes_nothing(warehouse, campus, loading, expected):
    half = len(campus["events"]) // 2
    first = {"events": campus["events"][half:], "rows": campus["rows"]}
    second = {"events": campus["events"][:half], "rows": {}}
    warehouse.empty()
    loading(warehouse, first, batch=50, shuffle="before", duplicates=0.05)
    warehouse.dbt("run", "--full-refresh")
    loading(warehouse, second, batch=50, shuffle="after", duplicates=0.05)
    warehouse.refresh()
    live = warehouse.read()
    assert not differences(live, expected)


def test_second_build_keeps_rows_and_feeds(warehouse, campus, loading, expected):
    warehouse.empty()
    loading(warehouse, {"events": campus["events"][:100], "rows": campus["rows"]})
    before = warehouse.rows(STORED)
    warehouse.dbt("run")
    assert warehouse.rows(STORED) == before
    loading(warehouse, {"events": campus["events"][100:], "rows": {}})
    warehouse.refresh()
    assert not differences(warehouse.read(), expected)


STORED = (
    "SELECT database, name, uuid FROM system.tables WHERE engine LIKE '%MergeTree'"
    " AND match(name, '_rows_[ab]$') ORDER BY ALL"
)


@pytest.mark.full
@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("batch", [1, 17, 1000, None])
def test_larger_campuses_hold_the_laws(warehouse, loading, making, seed, batch):
    campus = making(events=600 if batch == 1 else 4000, learners=40, seed=seed)
    warehouse.empty()
    loading(warehouse, campus)
    warehouse.refresh()
    expected = warehouse.read()
    warehouse.empty()
    loading(warehouse, campus, batch=batch, shuffle=seed, duplicates=0.05)
    warehouse.refresh()
    assert not differences(warehouse.read(), expected)
