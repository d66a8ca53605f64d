"""From a tracking event to the model that dashboards read: real routing, Ralph, engine and models."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from aspects_gen.compose.pipeline import build_tree
from aspects_gen.engine import process as engine
from aspects_gen.verify.pods import Passwords, Pods
from events.raw_events import NOWHERE, list_cases
from events.store import Lrs

MODELS = (
    "xapi.enrollment_events",
    "xapi.grading_events",
    "xapi.navigation_events",
    "xapi.problem_events",
    "xapi.video_playback_events",
)


class Known(Passwords):
    """The passwords that the LRS's accounts have."""

    def __init__(self, lrs: Lrs) -> None:
        super().__init__()
        self._lrs = lrs

    def of(self, name: str, key: str) -> str:
        return self._lrs.secrets[name][key]


@pytest.fixture(scope="module")
def models(shared_lrs, tmp_path_factory):
    """Run the environment's own Job that builds the models, as its own user."""
    pods = Pods(
        build_tree(shared_lrs.bundle), tmp_path_factory.mktemp("models"), Known(shared_lrs)
    )
    shared_lrs.empty()
    done = pods.run("aspects-dbt", engine.running(shared_lrs.table.folder / "data"))
    assert done.status == 0, done.output[-4000:]
    return shared_lrs


def found_in(lrs: Lrs, relation: str) -> set[str]:
    return set(lrs.table.ask(f"SELECT DISTINCT toString(event_id) FROM {relation}").split())


def test_every_kind_of_event_reaches_its_model(models, lms):
    cases = list_cases()
    wanted: dict[str, set[str]] = {relation: set() for relation in MODELS}
    every = set()
    for case in cases:
        made = lms("transform", case.event)
        assert "statements" in made, f"{case.label}: {made}"
        verbs = [s["verb"]["id"].rpartition("/")[2] for s in made["statements"]]
        assert verbs == [case.verb] * case.statements, case.label
        ids = {s["id"] for s in made["statements"]}
        assert len(ids) == case.statements
        every |= ids
        if case.relation != NOWHERE:
            wanted[case.relation] |= ids
    # what passes or fails a course is a grade; an answer is both an answer and a grade
    before = len(lms("settle", 1)["refused"])
    for case in cases:
        lms("track", case.event)
    lms("settle", 60)
    lms("flush")
    assert lms("settle", 60)["refused"][before:] == []
    assert found_in(models, "xapi.xapi_events_all_parsed") == every
    assert found_in(models, "xapi.dead_letter_events") == set()
    for relation, ids in wanted.items():
        assert ids, relation
        assert ids <= found_in(models, relation), relation


def test_events_sent_again_change_no_model(models, lms):
    """Replay: the same events give the same ids."""
    before = {relation: found_in(models, relation) for relation in MODELS}
    rows = len(models.stored())
    for case in list_cases():
        lms("track", case.event)
    lms("settle", 60)
    lms("flush")
    assert lms("settle", 60)["left"] == 0
    assert len(models.stored()) == rows
    assert {relation: found_in(models, relation) for relation in MODELS} == before


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
