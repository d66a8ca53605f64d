"""Whatever comes in is kept raw and shown with its reason, and blocks nothing."""

import json

import pytest

pytestmark = pytest.mark.xdist_group("warehouse")

EVALUATED = "https://w3id.org/xapi/acrossx/verbs/evaluated"
REGISTERED = "http://adlnet.gov/expapi/verbs/registered"
ATTEMPT = "http://id.tincanapi.com/extension/attempt-id"
PROBLEM = "http://localhost/xblock/block-v1:Org+A+1+type@problem+block@p1"
WHEN = "2025-03-01 10:00:00.5"


def statement(verb=EVALUATED, **changes):
    """Return a lawful answer, with parts replaced; None takes a part out."""
    whole = {
        "actor": {"account": {"name": "learner"}},
        "verb": {"id": verb},
        "object": {"id": PROBLEM, "definition": {"extensions": {ATTEMPT: 1}}},
        "result": {"success": True, "response": "yes", "score": {"scaled": 1}},
    } | changes
    return json.dumps({key: part for key, part in whole.items() if part is not None})


OBJECT = {"id": PROBLEM}

CASES = {
    "invalid_json": ["", "nope", "[1, 2]", "7", '{"actor": ', statement()[:-1], "\x00\ufffd"],
    "too_large": [statement(result={"success": True, "response": "a" * 1_048_576})],
    "missing_actor": [statement(actor=None), statement(actor={"account": {}}), "{}"],
    "missing_verb": [statement(verb=""), statement(verb=None)],
    "missing_object": [statement(object={"definition": {}}), statement(object=[])],
    "unknown_verb": [statement(verb="https://example.com/pondered")],
    "missing_success": [
        statement(result=None),
        statement(result={"success": "yes"}),
        statement(result={"success": 1}),
    ],
    "missing_attempt": [
        statement(object=OBJECT),
        statement(object=OBJECT | {"definition": {"extensions": {ATTEMPT: "third"}}}),
        statement(object=OBJECT | {"definition": {"extensions": {ATTEMPT: -1}}}),
        statement(object=OBJECT | {"definition": {"extensions": {ATTEMPT: 40000}}}),
    ],
}
"""Reason to texts that have it."""

LAWFUL = [
    statement(),
    statement(
        result={"success": False, "response": "e\u0301 \u202e \U0001f468\u200d\U0001f469 \u2028"}
    ),
    statement(object=OBJECT | {"objectType": "GroupActivity"}),
    statement(object=OBJECT, context={"statement": {"id": "of the whole"}}),
    statement(object=OBJECT | {"definition": {"extensions": {ATTEMPT: "2"}}}),
]

BROKEN_VALUES = [
    statement(verb=REGISTERED, object=OBJECT | {"definition": {"extensions": 5}}),
    statement(
        verb="https://w3id.org/xapi/video/verbs/played",
        object={"id": "http://localhost/xblock/block-v1:Org+A+1+type@video+block@v"},
        result={"extensions": {"https://w3id.org/xapi/video/extensions/time": "9e99"}},
        context={"extensions": {"https://w3id.org/xapi/video/extensions/length": [1]}},
    ),
    statement(
        verb="https://w3id.org/xapi/dod-isd/verbs/navigated",
        context={"extensions": {"http://id.tincanapi.com/extension/starting-position": "1e400"}},
    ),
    statement(verb="http://id.tincanapi.com/verb/earned", result={"score": {"scaled": "high"}}),
]
"""Lawful statements whose values no column can hold: they count, with empty values."""


def rows(texts, first=1):
    return [(f"00000000-0000-4000-8000-{n:012d}", WHEN, t) for n, t in enumerate(texts, first)]


@pytest.fixture(scope="module")
def mixed(warehouse):
    """All cases and lawful statements, sent as one insert."""
    warehouse.empty()
    cases = [(reason, text) for reason, texts in CASES.items() for text in texts]
    sent = rows([*LAWFUL, *BROKEN_VALUES, *(text for _, text in cases)])
    warehouse.insert("xapi.xapi_events_all", sent)
    start = len(LAWFUL) + len(BROKEN_VALUES)
    return {row[0]: reason for row, (reason, _) in zip(sent[start:], cases, strict=True)}


def test_dead_letters_show_every_reason(warehouse, mixed):
    shown = warehouse.rows("SELECT event_id, reason FROM xapi.dead_letter_events")
    assert dict(shown) == mixed


def test_dead_letters_keep_the_text(warehouse, mixed):
    lost = warehouse.rows(
        "SELECT letters.event_id FROM xapi.dead_letter_events AS letters"
        " LEFT JOIN xapi.xapi_events_all AS raw ON letters.event_id = raw.event_id"
        " WHERE letters.event != raw.event"
    )
    assert lost == []


def test_malformed_statements_block_nothing(warehouse, mixed):
    total = len(LAWFUL) + len(BROKEN_VALUES) + len(mixed)
    counts = {
        name: warehouse.rows(f"SELECT count() FROM xapi.{name}")[0][0]
        for name in (
            "xapi_events_all",
            "xapi_events_all_parsed",
            "problem_events",
            "enrollment_events",
            "video_playback_events",
            "navigation_events",
            "grading_events",
        )
    }
    assert counts == {
        "xapi_events_all": total,
        "xapi_events_all_parsed": total,
        "problem_events": len(LAWFUL),
        "enrollment_events": 1,
        "video_playback_events": 1,
        "navigation_events": 1,
        "grading_events": len(LAWFUL) + 1,
    }


def test_nonsensical_positions_do_not_stop_a_refresh(warehouse, mixed):
    moved = {"id": "http://localhost/xblock/block-v1:Org+A+1+type@video+block@far"}
    far = [
        statement(
            verb=f"https://w3id.org/xapi/video/verbs/{verb}",
            object=moved,
            result={"extensions": {"https://w3id.org/xapi/video/extensions/time": at}},
            timestamp=n,
        )
        for n in range(60)
        for verb, at in (("played", 1), ("paused", 9_999_999))
    ]
    warehouse.insert("xapi.xapi_events_all", rows(far, first=1000))
    warehouse.refresh()
    broken = warehouse.rows(
        "SELECT view, exception FROM system.view_refreshes WHERE exception != ''"
    )
    assert broken == []
