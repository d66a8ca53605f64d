"""The aggregator's Vector configuration."""

from __future__ import annotations

import json

import pytest

ARCHIVE = {"enabled": True, "bucket": "events", "region": "eu-central-1", "prefix": "a/b"}
ALL = {"store": {"xapi": True, "trackingLogs": True, "deadLetters": True}, "archive": ARCHIVE}


def table_sinks(config):
    return {n: s for n, s in config["sinks"].items() if s["type"] == "clickhouse"}


def test_outputs_follow_what_is_stored(config_of):
    assert set(config_of("vector-aggregator")["sinks"]) == {
        "xapi_table",
        "dead_letter_table",
        "metrics",
    }
    assert set(config_of("vector-aggregator", **ALL)["sinks"]) == {
        "xapi_table",
        "tracking_table",
        "dead_letter_table",
        "xapi_archive",
        "metrics",
    }


@pytest.mark.parametrize("name", ["vector-aggregator", "vector-agent"])
def test_no_event_is_printed(config_of, name):
    assert "console" not in {s["type"] for s in config_of(name, **ALL)["sinks"].values()}


@pytest.mark.parametrize("name", ["vector-aggregator", "vector-agent"])
def test_api_answers_on_the_loopback_only(config_of, name):
    assert config_of(name)["api"] == {"enabled": True, "address": "127.0.0.1:8686"}


@pytest.mark.parametrize("changes", [{}, ALL])
def test_every_input_is_an_output_of_something(config_of, changes):
    config = config_of("vector-aggregator", **changes)
    outputs = set(config["sources"])
    for name, transform in config["transforms"].items():
        if transform["type"] == "route":
            outputs |= {f"{name}.{route}" for route in transform["route"]}
        else:
            outputs.add(name)
        if transform.get("reroute_dropped"):
            outputs.add(f"{name}.dropped")
    for component in [*config["transforms"].values(), *config["sinks"].values()]:
        assert component["inputs"]
        assert set(component["inputs"]) <= outputs


def test_every_way_a_line_can_fail_leads_to_the_dead_letters(config_of):
    config = config_of("vector-aggregator", **ALL)
    assert set(config["transforms"]["dead_letters"]["inputs"]) == {
        "classify.dropped",
        "by_logger.unknown",
        "xapi.dropped",
        "xapi_outcome.refused",
        "tracking.dropped",
        "tracking_outcome.refused",
    }


def test_tables_are_named_by_values(config_of):
    names = {
        "database": "d",
        "xapiTable": "x",
        "trackingTable": "t",
        "deadLetterTable": "l",
        "user": "u",
    }
    sinks = table_sinks(config_of("vector-aggregator", **ALL, clickhouse=names))
    tables = {name: sink["table"] for name, sink in sinks.items()}
    assert tables == {"xapi_table": "x", "tracking_table": "t", "dead_letter_table": "l"}
    assert {(s["database"], s["auth"]["user"]) for s in sinks.values()} == {("d", "u")}


def test_tables_are_written_with_acknowledgement_and_a_blocking_disk_buffer(config_of):
    for sink in table_sinks(config_of("vector-aggregator", **ALL)).values():
        assert sink["acknowledgements"] == {"enabled": True}
        assert sink["buffer"] == {"type": "disk", "max_size": 1073741824, "when_full": "block"}
        assert sink["date_time_best_effort"] is True
        assert sink["batch"] == {"timeout_secs": 5, "max_events": 20000}


def test_archive_never_holds_up_the_tables(config_of):
    archive = config_of("vector-aggregator", **ALL)["sinks"]["xapi_archive"]
    assert archive["buffer"]["when_full"] == "drop_newest"
    assert archive["buffer"]["type"] == "disk"
    assert archive["acknowledgements"] == {"enabled": False}
    assert archive["healthcheck"] == {"enabled": False}


def test_archive_is_named_by_the_hour(config_of):
    archive = config_of("vector-aggregator", **ALL)["sinks"]["xapi_archive"]
    assert archive["key_prefix"] == "a/b/%Y/%m/%d/%H/"
    assert archive["batch"] == {"max_events": 10000, "timeout_secs": 600}
    assert (archive["bucket"], archive["region"]) == ("events", "eu-central-1")
    assert "endpoint" not in archive


def test_archive_elsewhere_has_its_endpoint(config_of):
    archive = {**ARCHIVE, "endpoint": "https://minio.example.org:9000"}
    sink = config_of("vector-aggregator", archive=archive)["sinks"]["xapi_archive"]
    assert sink["endpoint"] == "https://minio.example.org:9000"


def test_ambient_credentials_name_no_secret(config_of):
    archive = {**ARCHIVE, "credentials": "ambient"}
    assert "auth" not in config_of("vector-aggregator", archive=archive)["sinks"]["xapi_archive"]


def test_aggregator_does_not_start_with_a_wrong_password(config_of):
    config = config_of("vector-aggregator")
    assert config["healthchecks"] == {"enabled": True, "require_healthy": True}
    assert all("healthcheck" not in sink for sink in table_sinks(config).values())


def test_secrets_are_read_from_files(config_of):
    config = config_of("vector-aggregator", **ALL)
    assert config["secret"]["files"]["type"] == "directory"
    words = json.dumps(config)
    assert "${" not in words
    passwords = {s["auth"]["password"] for s in table_sinks(config).values()}
    assert passwords == {"SECRET[files.clickhouse_password]"}
    assert config["sinks"]["xapi_archive"]["auth"] == {
        "access_key_id": "SECRET[files.archive_access_key]",
        "secret_access_key": "SECRET[files.archive_secret_key]",
    }


def test_asynchronous_inserts_wait_for_the_data_to_be_stored(config_of):
    sink = config_of("vector-aggregator")["sinks"]["xapi_table"]
    settings = sink["query_settings"]["async_insert_settings"]
    assert settings == {"enabled": True, "wait_for_processing": True}


def test_asynchronous_inserts_can_be_off(config_of):
    sinks = config_of("vector-aggregator", clickhouse={"asyncInsert": False})["sinks"]
    settings = sinks["xapi_table"]["query_settings"]["async_insert_settings"]
    assert settings == {"enabled": False}


def test_server_of_this_deployment_is_the_offered_endpoint(config_of):
    sink = config_of("vector-aggregator")["sinks"]["xapi_table"]
    assert sink["endpoint"] == "http://clickhouse:8123"
    assert "tls" not in sink


def test_own_server_with_tls_and_authority(config_of):
    own = {"host": "ch.example.org", "port": 8443, "tls": True, "caSecret": {"name": "ca"}}
    sink = config_of("vector-aggregator", clickhouse=own)["sinks"]["xapi_table"]
    assert sink["endpoint"] == "https://ch.example.org:8443"
    assert sink["tls"] == {"ca_file": "/run/ca/vector/ca.crt"}


def test_rare_failures_stay_countable_for_a_day(config_of):
    config = config_of("vector-aggregator")
    assert config["expire_metrics_secs"] == 86400
    assert config["sinks"]["metrics"]["flush_period_secs"] == 86400


def test_dead_letter_counter_bears_the_name_of_its_alert(config_of):
    (metric,) = config_of("vector-aggregator")["transforms"]["dead_letters_total"]["metrics"]
    assert (metric["namespace"], metric["name"]) == ("aspects", "dead_letters_total")
