"""Every relation shows what plain Python computes from the same events and rows."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from comparing import plain, read_back

from aspects_gen.demo import truth

pytestmark = pytest.mark.xdist_group("warehouse")

RELATIONS = json.loads((Path(__file__).parent / "relations.json").read_text(encoding="utf-8"))
DEAD = {
    "name": "dead_letter_events",
    "database": "xapi",
    "columns": [["event_id", "UUID"], ["reason", "LowCardinality(String)"]],
}


@pytest.fixture(scope="module")
def campus(making):
    """A campus with a CCX, whose keys are of another form, and some spoilt statements."""
    return making(events=1500, learners=40, seed=11, courses=6, malformed=0.02)


@pytest.fixture(scope="module")
def true(campus):
    """What each relation must show, computed apart from SQL."""
    found = truth.compute_all(campus["events"], campus["rows"])
    return {**found, "dead_letter_events": truth.compute_dead_letters(campus["events"])}


@pytest.fixture(scope="module")
def filled(warehouse, campus, loading):
    """The warehouse after that campus came in shuffled, in parts, some of it twice."""
    warehouse.empty()
    loading(warehouse, campus, batch=500, shuffle=3, duplicates=0.05)
    warehouse.refresh()
    return warehouse


@pytest.mark.parametrize("relation", [*RELATIONS, DEAD], ids=lambda r: r["name"])
def test_relation_shows_the_truth(filled, true, relation):
    kinds = [kind for _, kind in relation["columns"]]
    wanted = ", ".join(
        f"finalizeAggregation(`{name}`)" if kind.startswith("Aggregate") else f"`{name}`"
        for name, kind in relation["columns"]
    )
    rows = filled.rows(f"SELECT {wanted} FROM {relation['database']}.{relation['name']}")
    seen = Counter(tuple(map(read_back, row, kinds)) for row in rows)
    expected = Counter(tuple(map(plain, row)) for row in true[relation["name"]])
    assert expected
    assert (list((seen - expected).elements())[:2], list((expected - seen).elements())[:2]) == (
        [],
        [],
    )


SECONDS = (
    "SELECT org, course_key, object_id, actor_id, watched_segment, max(video_duration) AS duration,"
    " sum(watch_count) AS times FROM reporting.fact_video_segments GROUP BY ALL"
)

SUMS = {
    "fact_video_watches": "SELECT org, course_key, actor_id, object_id, max(duration), count(),"
    f" countIf(times > 1), max(times) FROM ({SECONDS}) GROUP BY ALL",
    "fact_video_seconds": "SELECT org, course_key, object_id, max(max(duration)) OVER (PARTITION BY"
    " org, course_key, object_id), watched_segment, count(), countIf(times = 1),"
    f" sumIf(times, times > 1) FROM ({SECONDS}) GROUP BY org, course_key, object_id, watched_segment",
    "newest_statements": "SELECT org, course_key, max(emission_time) FROM xapi.xapi_events_all_parsed"
    " GROUP BY ALL",
}
"""What stands beside the relations, computed from them."""


@pytest.mark.parametrize("name", SUMS)
def test_sums_of_relations_are_theirs(filled, name):
    shown = filled.rows(f"SELECT * FROM reporting.{name} ORDER BY ALL")
    assert shown
    assert shown == filled.rows(f"SELECT * FROM ({SUMS[name]}) ORDER BY ALL")
