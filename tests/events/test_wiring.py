"""From a tracking event to the model that dashboards read: real routing, Ralph, engine and models."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from aspects_gen.engine import process as engine
from aspects_gen.verify.processes import Processes
from events.raw_events import (
    ENROLLMENT,
    GRADING,
    NAVIGATION,
    NOWHERE,
    PROBLEMS,
    VIDEOS,
    list_cases,
)
from events.raw_shapes import list_refused, list_shapes
from events.store import Lrs

CASES = [*list_cases(), *list_shapes()]
MODELS = (ENROLLMENT, GRADING, NAVIGATION, PROBLEMS, VIDEOS)
SAMPLES = os.environ.get("ASPECTS_RAW_EVENTS", "")


@pytest.fixture(scope="module")
def models(shared_lrs, tmp_path_factory):
    """Run the environment's own Job that builds the models, as its own user."""
    folder = tmp_path_factory.mktemp("models")
    pods = Processes(shared_lrs.bundle, folder, shared_lrs.secrets)
    shared_lrs.empty()
    done = pods.run("aspects-dbt", engine.running(shared_lrs.table.folder / "data"))
    assert done.status == 0, done.output[-4000:]
    return shared_lrs


def found_in(lrs: Lrs, relation: str) -> set[str]:
    return set(lrs.table.ask(f"SELECT DISTINCT toString(event_id) FROM {relation}").split())


def bring(lms, events, folder):
    """Let the LMS track events, or send again those in the log's form; return what it gave up on."""
    before = len(lms("settle", 1)["refused"])
    logged = [event for event in events if "timestamp" not in event]
    for event in (event for event in events if "timestamp" in event):
        lms("track", event)
    lms("settle", 60)
    lms("flush")
    head = "2026-03-02 08:00:00,000 INFO 8 [tracking] [user 41] [ip 10.0.0.1] logger.py:41 - "
    log = folder / "tracking.log"
    log.write_text("".join(f"{head}{json.dumps(event)}\n" for event in logged))
    span = ("--since", "2026-01-01", "--until", "2026-12-31")
    sent = lms("repair", ["replay", str(log), *span])
    assert sent["status"] == 0, sent
    return lms("settle", 60)["refused"][before:]


def test_every_kind_and_shape_of_event_reaches_its_model(models, lms, tmp_path):
    wanted: dict[str, set[str]] = {relation: set() for relation in MODELS}
    every: dict[str, str] = {}
    for case in CASES:
        made = lms("transform", case.event)
        assert "statements" in made, f"{case.label}: {made}"
        verbs = [s["verb"]["id"].rpartition("/")[2] for s in made["statements"]]
        assert verbs == [case.verb] * case.statements, case.label
        ids = {s["id"] for s in made["statements"]}
        assert len(ids) == case.statements
        assert not ids & set(every), case.label
        every |= dict.fromkeys(ids, case.label)
        if case.relation != NOWHERE:
            wanted[case.relation] |= ids
    # what passes or fails a course is a grade; an answer is both an answer and a grade
    assert bring(lms, [*(case.event for case in CASES), *list_refused()], tmp_path) == []
    parsed = found_in(models, "xapi.xapi_events_all_parsed")
    assert {every[identity] for identity in set(every) - parsed} == set()
    assert parsed <= set(every)
    assert found_in(models, "xapi.dead_letter_events") == set()
    for relation, ids in wanted.items():
        assert ids, relation
        assert ids <= found_in(models, relation), relation


@pytest.mark.parametrize("event", list_refused(), ids=lambda event: event["name"])
def test_event_that_nobody_takes_is_no_statement(lms, event):
    assert not lms("transform", event).get("statements")


def test_events_sent_again_change_no_model(models, lms, tmp_path):
    """Replay: the same events give the same ids."""
    before = {relation: found_in(models, relation) for relation in MODELS}
    rows = len(models.stored())
    assert bring(lms, [case.event for case in CASES], tmp_path) == []
    assert lms("settle", 60)["left"] == 0
    assert len(models.stored()) == rows
    assert {relation: found_in(models, relation) for relation in MODELS} == before


@pytest.mark.skipif(not SAMPLES, reason="ASPECTS_RAW_EVENTS names no folder of raw events")
def test_every_sample_that_is_accepted_reaches_its_model(models, lms, tmp_path):
    """Raw events of one's own, a JSON file each."""
    events = [recent(json.loads(file.read_text("utf-8"))) for file in Path(SAMPLES).glob("*.json")]
    made = [lms("transform", event).get("statements", []) for event in events]
    statements = [statement for found in made for statement in found]
    assert statements
    bring(lms, events, tmp_path)
    parsed = found_in(models, "xapi.xapi_events_all_parsed")
    assert [s for s in statements if s["id"] not in parsed] == []
    for relation in MODELS:
        wanted = {s["id"] for s in statements if relation in relations_of(s)}
        assert wanted <= found_in(models, relation), relation


def recent(event):
    """Return an event of this year, in one of both forms: what is older than the retention is dropped as it comes."""
    moment = event.pop("time", None) or event.pop("timestamp")
    key = "timestamp" if "data" in event else "time"
    return {**event, key: f"2026-03{moment[7:]}"}


def relations_of(statement):
    """Return the models that show a statement, by its verb and what it is about."""
    verb, place = statement["verb"]["id"].rpartition("/")[2], statement["object"]["id"]
    if "type@video" in place and verb != "interacted":
        return {VIDEOS}
    return {
        "registered": {ENROLLMENT},
        "unregistered": {ENROLLMENT},
        "earned": {GRADING},
        "passed": {GRADING},
        "failed": {GRADING},
        "evaluated": {PROBLEMS},
        "asked": {PROBLEMS},
        "navigated": {NAVIGATION},
    }.get(verb, set())


def test_event_that_is_none_costs_only_itself(lrs, lms):
    cases = list_cases()[:30]
    broken = {**cases[3].event, "name": "edx.special_exam.timed.attempt.created", "data": None}
    before = len(lms("settle", 1)["refused"])
    for event in [*(c.event for c in cases[:15]), broken, *(c.event for c in cases[15:])]:
        lms("track", event)
    lms("settle", 60)
    lms("flush")
    done = lms("settle", 60)
    refused = done["refused"][before:]
    assert [(line["status"], line["event"]["name"]) for line in refused] == [(0, broken["name"])]
    assert "TypeError" in refused[0]["reason"]
    counted = Counter(identity for identity, _ in lrs.stored())
    assert len(counted) == sum(case.statements for case in cases)
    assert set(counted.values()) == {1}


def test_statement_is_stored_as_the_router_made_it(lrs, lms):
    case = next(c for c in list_cases() if c.label == "two answers")
    made = lms("transform", case.event)["statements"]
    lms("dispatch", made, 10)
    lms("settle", 60)
    stored = {identity: json.loads(text) for identity, text in lrs.stored()}
    for statement in made:
        kept = stored[statement["id"]]
        assert {key: kept[key] for key in statement} == statement
        assert kept["authority"]["account"]["name"] == "__server_lms"
