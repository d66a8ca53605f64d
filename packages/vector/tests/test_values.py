"""The slice of values: schema, checks, endpoints, alerts."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema_rs
import pytest

import aspects_vector

ROOT = Path(__file__).parents[3]
ROOT_SCHEMA = ROOT / "packages/aspects/src/aspects_gen/values/root.schema.json"
SITE = {"namespace": "aspects", "endpoints": ["clickhouse/http"]}


def bundled():
    shared = json.loads(ROOT_SCHEMA.read_text(encoding="utf-8"))["$defs"]
    return {**aspects_vector.schema(), "$defs": shared}


def properties(schema, path=""):
    for name, inner in schema.get("properties", {}).items():
        yield f"{path}{name}", inner
        yield from properties(inner, f"{path}{name}.")


def paths(problems):
    return [problem[0] for problem in problems]


@pytest.mark.parametrize("profile", ["starter", "production"])
def test_defaults_are_valid_and_raise_no_problem(make_values, profile):
    values = make_values(profile)
    assert list(jsonschema_rs.validator_for(bundled()).iter_errors(values)) == []
    assert aspects_vector.check(values, SITE) == []


@pytest.mark.parametrize(("path", "schema"), [*properties(aspects_vector.schema())])
def test_property_is_described_and_has_a_default(path, schema):
    assert schema["description"].endswith(".")
    inner = [name for name, _ in properties(schema)]
    assert "default" in schema or inner
    assert schema.get("type") != "object" or "additionalProperties" in schema, path


@pytest.mark.parametrize(
    "wrong",
    [
        {"mode": "daemon"},
        {"bufferBytes": 268435487},
        {"agentBufferBytes": 1},
        {"port": 80},
        {"maxLineBytes": 32768},
        {"source": {"containers": []}},
        {"source": {"logDirectories": ["/etc"]}},
        {"source": {"podLabels": {"a": "b,c=d"}}},
        {"clickhouse": {"database": "a.b"}},
        {"clickhouse": {"host": "http://x"}},
        {"archive": {"endpoint": "minio:9000"}},
        {"archive": {"prefix": "/x"}},
        {"extraConfig": {"agent": {"../x.yaml": "x"}}},
        {"unknown": 1},
    ],
    ids=json.dumps,
)
def test_wrong_value_is_refused(make_values, wrong):
    assert list(jsonschema_rs.validator_for(bundled()).iter_errors(make_values(**wrong)))


def test_disabled_service_offers_nothing_and_has_no_problems(make_values):
    values = make_values(enabled=False, store={"xapi": False})
    assert aspects_vector.offers(values, SITE) == []
    assert aspects_vector.check(values, {}) == []


def test_aggregator_is_offered_to_readers(make_values):
    assert aspects_vector.offers(make_values(port=6100), SITE) == [
        {
            "name": "aggregator",
            "host": "vector-aggregator",
            "port": 6100,
            "tls": False,
            "workload": "statefulset/vector-aggregator",
        }
    ]


def test_image_has_an_exact_tag():
    assert re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+-alpine", aspects_vector.images()["vector"]["tag"])


def test_storing_nothing_is_a_problem(make_values):
    values = make_values(store={"xapi": False})
    assert paths(aspects_vector.check(values, SITE)) == ["store"]


def test_missing_clickhouse_is_a_problem_with_both_fixes(make_values):
    ((path, problem, _, fix),) = aspects_vector.check(make_values(), {"namespace": "aspects"})
    assert path == "clickhouse.host"
    assert problem == "no ClickHouse server is known"
    assert fix == "set clickhouse.host to the server's name, or enable the clickhouse service"


def test_own_server_needs_no_other_service(make_values):
    values = make_values(clickhouse={"host": "ch.example.org"})
    assert aspects_vector.check(values, {"namespace": "aspects"}) == []


def test_authority_without_tls_is_a_problem(make_values):
    own = {"host": "ch.example.org", "caSecret": {"name": "ca"}}
    found = aspects_vector.check(make_values(clickhouse=own), SITE)
    assert paths(found) == ["clickhouse.caSecret.name"]


def test_volume_that_cannot_hold_the_buffers_is_a_problem(make_values):
    values = make_values(aggregatorStorage={"size": "2Gi"})
    ((path, problem, expected, fix),) = aspects_vector.check(values, SITE)
    assert path == "aggregatorStorage.size"
    assert problem == "2Gi cannot hold the disk buffers"
    assert expected == "at least 3Gi"
    assert fix == "set aggregatorStorage.size to 3Gi, or lower bufferBytes"


@pytest.mark.parametrize("profile", ["starter", "production"])
def test_default_volume_holds_every_buffer_at_once(make_values, profile):
    archive = {"enabled": True, "bucket": "events"}
    values = make_values(profile, store={"trackingLogs": True}, archive=archive)
    assert aspects_vector.check(values, SITE) == []


@pytest.mark.parametrize(
    ("size", "enough"),
    [("4831838208", True), ("4.5Gi", True), ("2G", False), ("2048M", False), ("3Ti", True)],
)
def test_volume_size_is_read_in_every_unit(make_values, size, enough):
    values = make_values(aggregatorStorage={"size": size})
    assert (aspects_vector.check(values, SITE) == []) is enough


def test_archive_without_bucket_or_statements_is_a_problem(make_values):
    values = make_values(
        archive={"enabled": True, "credentialsSecret": {"accessKey": "k", "secretKey": "k"}},
        store={"xapi": False, "trackingLogs": True},
    )
    assert paths(aspects_vector.check(values, SITE)) == [
        "archive.bucket",
        "archive.enabled",
        "archive.credentialsSecret.secretKey",
    ]


def test_autoscaling_is_a_problem(make_values):
    on = {"autoscaling": {"enabled": True}}
    found = aspects_vector.check(make_values(agent=on, aggregator=on), SITE)
    assert paths(found) == ["agent.autoscaling.enabled", "aggregator.autoscaling.enabled"]


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("vector.json", "{}", "vector.json is a file of ours"),
        ("tests.json", "{}", "tests.json is a file of ours"),
        ("a.yaml", "a:\tb", "the text holds tabs or carriage returns"),
        ("a.json", "{", "the text cannot be parsed: "),
        ("a.toml", "x", "the text cannot be parsed: "),
    ],
)
def test_extra_configuration_that_cannot_work_is_a_problem(make_values, name, text, problem):
    values = make_values(extraConfig={"aggregator": {name: text}})
    ((path, found, _, _),) = aspects_vector.check(values, SITE)
    assert path == f"extraConfig.aggregator.{name}"
    assert found.startswith(problem)


def test_extra_configuration_that_can_be_read_is_accepted(make_values):
    files = {"a.toml": "x = 1\n", "b.json": "{}", "c.yaml": "x: 1\n"}
    assert aspects_vector.check(make_values(extraConfig={"agent": files}), SITE) == []


def test_alerts_are_about_this_installation_and_have_a_runbook(emit):
    alerts = {alert["name"]: alert for alert in emit()["alerts"]}
    assert set(alerts) == {
        "VectorAggregatorDown",
        "VectorAgentDown",
        "VectorDiscardsEvents",
        "VectorSinkErrors",
        "VectorBufferFilling",
        "VectorDeadLetters",
    }
    for name, alert in alerts.items():
        assert (ROOT / f"docs/runbooks/{name}.md").is_file()
        selectors = re.findall(r"\{([^}]*)\}", alert["expr"])
        assert selectors
        assert all('namespace="aspects"' in selector for selector in selectors)
        assert alert["expr"].count("(") == alert["expr"].count(")")


def test_alerts_use_only_names_that_vector_exposes(emit):
    words = " ".join(alert["expr"] for alert in emit()["alerts"])
    assert set(re.findall(r"\b(?:vector|aspects)_[a-z_]+", words)) == {
        "vector_component_discarded_events_total",
        "vector_buffer_discarded_events_total",
        "vector_component_errors_total",
        "vector_buffer_size_bytes",
        "vector_buffer_max_size_bytes",
        "aspects_dead_letters_total",
    }


def test_no_agent_is_missed_where_none_runs(emit):
    assert "VectorAgentDown" not in {alert["name"] for alert in emit(mode="sidecar")["alerts"]}
