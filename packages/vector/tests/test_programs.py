"""The VRL programs, run as the emitted configuration wires them."""

from __future__ import annotations

import json
import uuid
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from vrl_python import VRLRuntime

import aspects_vector

APPS = Path(aspects_vector.__file__).parent / "apps"
CASES = json.loads((APPS / "aggregator/cases.json").read_text(encoding="utf-8"))
SINKS = {"xapi": "xapi_table", "tracking": "tracking_table", "dead_letters": "dead_letter_table"}
ALL = {"store": {"xapi": True, "trackingLogs": True, "deadLetters": True}}
READ = {"timestamp": "2026-10-01T10:00:00Z", "origin": "test/lms"}
PREFIX = "2026-10-01 10:00:00,123 INFO 8 [xapi_tracking] [user None] [ip None] base.py:41 - "
ID = "2e0a3c1c-1b2d-5f00-8000-0123456789ab"


def statement(**fields: object) -> str:
    start = {"id": ID, "timestamp": "2026-10-01T10:00:00.123456Z"}
    return json.dumps({**start, **fields})


@pytest.mark.parametrize("path", sorted(APPS.rglob("*.vrl")), ids=lambda p: "-".join(p.parts[-2:]))
def test_program_compiles(path):
    assert VRLRuntime.check_syntax(path.read_text(encoding="utf-8")) is None


@pytest.mark.parametrize("path", sorted(APPS.rglob("*.vrl")), ids=lambda p: "-".join(p.parts[-2:]))
def test_program_neither_aborts_nor_calls_functions_that_may_fail_it(path):
    code = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    text = "\n".join(code)
    assert "abort" not in text
    assert "!(" not in text
    assert "log(" not in text


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_line_reaches_exactly_its_table_as_its_row(flow, case):
    rows = flow("vector-aggregator", **ALL).rows("lines", {"message": case["line"], **READ})
    counted = rows.pop("metrics", [])
    assert rows == {SINKS[case["output"]]: [case["row"]]}
    wrong = case["output"] == "dead_letters"
    tags = {"reason": case["row"].get("reason"), "logger": case["row"].get("logger")}
    assert counted == ([tags] if wrong else [])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_line_gives_the_same_on_another_runtime(flow, old_flow, case):
    line = {"message": case["line"], **READ}
    expected = flow("vector-aggregator", **ALL).rows("lines", line)
    assert old_flow("vector-aggregator", **ALL).rows("lines", line) == expected


def test_line_of_a_logger_that_is_not_stored_is_left_out(flow):
    case = next(c for c in CASES if c["output"] == "tracking")
    assert flow("vector-aggregator").rows("lines", {"message": case["line"], **READ}) == {}


def test_dead_letters_are_counted_when_they_are_not_stored(flow):
    pipeline = flow("vector-aggregator", store={"deadLetters": False})
    rows = pipeline.rows("lines", {"message": PREFIX + "{", **READ})
    assert rows == {"metrics": [{"reason": "not_json", "logger": "xapi_tracking"}]}


def test_archive_gets_the_same_rows_as_the_table(flow):
    pipeline = flow("vector-aggregator", archive={"enabled": True, "bucket": "events"})
    rows = pipeline.rows("lines", {"message": PREFIX + statement(), **READ})
    assert rows["xapi_archive"] == rows["xapi_table"]


def test_huge_statement_is_kept_whole(flow):
    text = statement(result={"response": "x{é}" * 400_000})
    rows = flow("vector-aggregator").rows("lines", {"message": PREFIX + text, **READ})
    assert rows["xapi_table"][0]["event"] == text


def test_deeply_nested_line_is_a_dead_letter(flow):
    text = statement()[:-1] + ', "a": ' + "[" * 5000 + "]" * 5000 + "}"
    rows = flow("vector-aggregator").rows("lines", {"message": PREFIX + text, **READ})
    assert rows["dead_letter_table"][0]["reason"] == "not_json"


def test_half_of_a_character_pair_is_a_dead_letter(flow):
    text = statement()[:-1] + r', "r": "\ud83c"}'
    rows = flow("vector-aggregator").rows("lines", {"message": PREFIX + text, **READ})
    assert rows["dead_letter_table"][0]["reason"] == "not_json"


def test_line_that_is_no_text_is_a_dead_letter(flow):
    rows = flow("vector-aggregator").rows("lines", {"message": {"a": 1}})
    assert rows["dead_letter_table"][0]["reason"] == "unknown_logger"


def test_line_that_a_program_failed_on_says_so(flow):
    pipeline = flow("vector-aggregator")
    failed = {
        "message": "x",
        "logger": "xapi_tracking",
        "metadata": {"dropped": {"reason": "error"}},
    }
    rows = pipeline.rows("xapi.dropped", {**failed, **READ})
    assert rows["dead_letter_table"][0]["reason"] == "program_error"


def test_same_line_read_twice_gives_the_same_ids(flow):
    pipeline = flow("vector-aggregator")
    for line in (PREFIX + statement(), PREFIX + "{"):
        first = pipeline.rows("lines", {"message": line, **READ})
        again = pipeline.rows("lines", {"message": line, **READ})
        assert first == again


json_texts = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    line=st.text()
    | st.text().map(lambda text: PREFIX + text)
    | st.dictionaries(st.sampled_from(["id", "timestamp", "time", "verb"]), json_texts).map(
        lambda event: PREFIX + json.dumps(event)
    )
)
def test_every_line_ends_in_one_table_with_a_row_that_clickhouse_accepts(flow, line):
    rows = flow("vector-aggregator").rows("lines", {"message": line, **READ})
    rows.pop("metrics", None)
    ((sink, (row,)),) = rows.items()
    assert sink in ("xapi_table", "dead_letter_table")
    uuid.UUID(row["event_id"] if sink == "xapi_table" else row["id"])
    if sink == "dead_letter_table":
        assert row["message"] == line


CONTAINER = {
    "timestamp": READ["timestamp"],
    "kubernetes": {"pod_name": "lms-1", "container_name": "lms"},
}


def test_agent_sends_text_time_and_origin(flow):
    line = PREFIX + statement()
    rows = flow("vector-agent").rows("logs", {"message": line, **CONTAINER, "stream": "stdout"})
    sent = {"message": line, "timestamp": READ["timestamp"], "origin": "lms-1/lms"}
    assert rows == {"aggregator": [sent]}


@pytest.mark.parametrize(
    "event",
    [
        {"message": "GET /heartbeat", **CONTAINER},
        {"message": PREFIX.replace("xapi_tracking", "tracking") + "{}", **CONTAINER},
        {"message": PREFIX + statement(), "kubernetes": {"container_name": "caddy"}},
        {"message": PREFIX + statement()},
        {"message": 5, **CONTAINER},
    ],
    ids=["other line", "logger not stored", "other container", "no container", "no text"],
)
def test_agent_leaves_out(flow, event):
    assert flow("vector-agent").rows("logs", event) == {}


def test_agent_reads_tracking_events_when_they_are_stored(flow):
    line = PREFIX.replace("xapi_tracking", "tracking") + "{}"
    rows = flow("vector-agent", **ALL).rows("logs", {"message": line, **CONTAINER})
    assert rows["aggregator"][0]["message"] == line


def test_sidecar_sends_text_time_and_origin(flow):
    line = PREFIX + statement()
    event = {"message": line, "timestamp": READ["timestamp"], "host": "lms-1", "file": "/a/t.log"}
    rows = flow("vector-sidecar", mode="sidecar").rows("logs", event)
    sent = {"message": line, "timestamp": READ["timestamp"], "origin": "lms-1/a/t.log"}
    assert rows == {"aggregator": [sent]}


def test_emitted_vector_tests_hold_on_the_same_programs(emit, flow):
    files = emit(**ALL)["files"]["vector-aggregator"]
    tests = json.loads(files["tests.json"])["tests"]
    pipeline = flow("vector-aggregator", **ALL)
    assert [test["name"] for test in tests] == [case["name"] for case in CASES]
    for test in tests:
        (given_input,), (wanted,) = test["inputs"], test["outputs"]
        assert given_input["insert_at"] == "classify"
        rows = pipeline.rows("lines", given_input["log_fields"])
        sink = next(
            name
            for name, found in pipeline.config["sinks"].items()
            if wanted["extract_from"] in found["inputs"]
        )
        (condition,) = wanted["conditions"]
        assert VRLRuntime("UTC").execute(condition["source"], rows[sink][0]).runtime_result is True


def test_emitted_vector_tests_leave_out_what_is_not_stored(emit):
    store = {"xapi": False, "trackingLogs": True}
    tests = json.loads(emit(store=store)["files"]["vector-aggregator"]["tests.json"])["tests"]
    names = {case["name"] for case in CASES if case["logger"] != "xapi_tracking"}
    assert {test["name"] for test in tests} == names


def test_literal_is_quoted_where_raw_text_cannot_be():
    from aspects_vector.cases import literal

    for text in ["plain", 'a "quote"', "it's", "back\\slash", "ends with \\", "é 🎓", r"\ud83c"]:
        assert VRLRuntime("UTC").execute(
            f". = {{}}\n.x = {literal(text)}", {}
        ).processed_event == {"x": text}
