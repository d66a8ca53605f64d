"""Lines of a campus through the production environment's VRL programs: all of them arrive, or say why not."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date

import pytest

from aspects_gen.demo import campus, timeline
from aspects_gen.stack.lines import Pipeline, log_lines
from environments import bundle_of

READ_AT = "2026-03-01T00:00:00Z"


@pytest.fixture(scope="module")
def pipeline():
    return Pipeline(bundle_of("production").files["vector-aggregator"].files)


def make_lines(count, malformed=0.0):
    """Return events of a campus and what the LMS logs of them, without the broken lines at the end."""
    start = (date(2026, 1, 5) - date(1970, 1, 1)).days * 86_400_000_000
    made = campus.make_campus(3, start=start, days=30, courses=2, learners=40)
    events = list(timeline.stream_events(made, count, malformed=malformed))
    if malformed:
        # a spoilt statement is not made into a tracking event: it may be no JSON
        from aspects_gen.demo.writer import format_log

        return events, [format_log(event).rstrip("\n") for event in events]
    return events, list(log_lines(events))[:-2]


def test_every_line_of_a_campus_becomes_its_row(pipeline):
    events, lines = make_lines(4000)
    found = pipeline.rows(lines, READ_AT)
    assert found.get("dead_letter_table", []) == []
    rows = [(row["event_id"], row["event"]) for row in found["xapi_table"]]
    assert rows == [(identity, text) for identity, _, text in events]


def test_spoilt_lines_are_kept_with_a_reason_and_none_vanishes(pipeline):
    events, lines = make_lines(4000, malformed=0.02)
    found = pipeline.rows(lines, READ_AT)
    refused = found.get("dead_letter_table", [])
    assert len(found["xapi_table"]) + len(refused) == len(events)
    reasons = Counter(row["reason"] for row in refused)
    # cut short, or no object: what is wrong inside a statement is for the models to say
    assert set(reasons) == {"not_json"}
    spoilt = [text for _, _, text in events if not is_object(text)]
    assert sum(reasons.values()) == len(spoilt)
    assert sorted(row["message"].partition(" - ")[2] for row in refused) == sorted(spoilt)


def test_lines_read_again_give_the_same_rows(pipeline):
    _, lines = make_lines(500, malformed=0.1)
    assert pipeline.rows(lines, READ_AT) == pipeline.rows(lines, READ_AT)


def is_object(text):
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False
