import json
import re
from pathlib import Path

import pytest
import yaml

from aspects_gen import aspects

RUNBOOKS = Path(__file__).parents[4] / "docs" / "runbooks"
LMS = {"image": "docker.io/example/openedx:21.0.1", "manage": True}


@pytest.fixture
def output(make_values, tools):
    return aspects.emit(make_values({"aspects": {"lms": LMS}}), tools)


def test_package_offers_exactly_its_contract():
    contract = ["check", "emit", "extension_schema", "images", "offers", "opinions", "schema"]
    assert sorted(aspects.__all__) == contract
    assert all(callable(getattr(aspects, name)) for name in aspects.__all__)
    assert aspects.offers({}, {}) == []
    assert aspects.images()["aspects"]["own"] is True


def test_output_is_the_same_every_time(make_values, tools):
    assert aspects.emit(make_values(), tools) == aspects.emit(make_values(), tools)


def test_output_lists_every_secret_that_a_job_reads(output):
    declared = {(s["name"], key) for s in output["secrets"] for key in s["keys"]}
    text = json.dumps(output["jobs"])
    refs = re.findall(r'"secretKeyRef": \{"name": "([^"]+)", "key": "([^"]+)"\}', text)
    passwords = re.findall(r'"name": "([^"]+)", "items": \[\{"key": "([^"]+)"', text)
    read = {*refs, *passwords}
    assert read <= declared
    assert ("superset-keys", "secret-key") in declared
    assert ("superset-lms", "password") in declared
    assert all(secret["shared"] for secret in output["secrets"])


def test_output_makes_no_password_of_a_server_that_is_elsewhere(make_values, tools):
    def admin(values):
        found = aspects.emit(values, tools)["secrets"]
        return next(s for s in found if s["name"] == "clickhouse-admin")["keys"]["password"]

    assert admin(make_values())["generate"] == "password:32"
    assert "generate" not in admin(make_values({"clickhouse": {"topology": "external"}}))


def test_output_declares_the_authority_and_skips_what_is_absent(make_values, tools):
    clickhouse = {
        "topology": "external",
        "external": {"caSecret": {"name": "ca", "key": "ca.crt"}},
    }
    values = make_values(
        {
            "clickhouse": clickhouse,
            "ralph": {"enabled": False},
            "superset": {"enabled": False},
            "vector": {"enabled": True},
            "aspects": {"source": "vector"},
        }
    )
    names = [secret["name"] for secret in aspects.emit(values, tools)["secrets"]]
    assert "ca" in names
    assert "ralph-lms" not in names
    assert "superset-lms" not in names


def test_output_has_an_edge_for_every_connection(output):
    edges = {(need["client"], need.get("endpoint")) for need in output["needs"]}
    assert edges >= {
        ("job/aspects-access", "clickhouse/ddl-http"),
        ("job/aspects-migrate", "clickhouse/ddl-http"),
        ("job/aspects-dbt", "clickhouse/ddl-http"),
        ("deployment/superset", "clickhouse/http"),
        ("deployment/superset-worker", "clickhouse/http"),
        ("lms", "clickhouse/http"),
        ("lms", "superset/http"),
    }
    outside = {(n["external"], n["port"]) for n in output["needs"] if "external" in n}
    assert outside == {("db.example.org", 3306), ("redis.example.org", 6379)}


def test_output_edges_follow_servers_in_the_cluster_and_given_addresses(make_values, tools):
    tools.endpoints["superset/database"] = tools.endpoints["superset/redis"] = {}
    addresses = {"clickhouseUrl": "https://c", "supersetInternalUrl": "https://s"}
    found = aspects.emit(make_values({"aspects": {"lms": addresses}}), tools)["needs"]
    assert not [need for need in found if need["client"] == "lms"]
    endpoints = {n["endpoint"] for n in found if n["client"] == "job/aspects-assets"}
    # it writes down where ClickHouse is, and asks it nothing
    assert endpoints == {"superset/database", "superset/redis"}


def test_output_starts_senders_after_the_models(output):
    after = {entry["node"]: entry["after"] for entry in output["order"]}
    for sender in ("deployment/ralph", "statefulset/vector-aggregator", "daemonset/vector-agent"):
        assert after[sender] == ["job/aspects-dbt"]
    assert after["deployment/aspects-consumer"] == ["job/aspects-lms"]


def test_output_alerts_have_a_runbook_and_name_the_namespace(output):
    assert output["alerts"]
    for alert in output["alerts"]:
        assert 'namespace="aspects"' in alert["expr"]
        text = (RUNBOOKS / f"{alert['name']}.md").read_text("utf-8")
        assert text.startswith(f"# {alert['name']}\n")
        assert {"## Confirm", "## Fix", "## Prevent"} <= set(text.splitlines())


def test_output_files_are_clean_text_of_their_kind(output):
    for files in output["files"].values():
        for path, text in files.items():
            assert not re.search(r"[\t\r]|[ ]+$", text, re.MULTILINE), path
            assert text.endswith("\n")
            if path.endswith(".py"):
                compile(text, path, "exec")
            if path.endswith((".yml", ".yaml")):
                assert yaml.safe_load(text)
            if path.endswith(".json"):
                assert json.loads(text)


def test_output_says_nothing_of_superset_when_it_is_off(make_values, without):
    values = make_values({"superset": {"enabled": False}})
    found = aspects.emit(values, without("superset/http"))
    rest = {key: found[key] for key in ("jobs", "needs", "files", "objects", "secrets")}
    del rest["files"]["aspects-access"]  # its prose may speak of dashboards
    assert "superset" not in json.dumps(rest).lower()
