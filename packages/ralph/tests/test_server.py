"""The Deployment, its Service, edges, route and alerts."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import aspects_ralph

RUNBOOKS = Path(__file__).parents[3] / "docs" / "runbooks"


def test_module_offers_exactly_the_seam():
    assert set(aspects_ralph.__all__) == {"schema", "images", "offers", "check", "emit"}


def test_image_has_an_exact_tag():
    image = aspects_ralph.images()["ralph"]
    assert image["repository"] == "docker.io/fundocker/ralph"
    assert image["tag"].count(".") == 2


def test_endpoint_follows_the_port(values, site):
    (offer,) = aspects_ralph.offers(values({"port": 8200}), site)
    assert offer == {
        "name": "http",
        "host": "ralph",
        "port": 8200,
        "tls": False,
        "workload": "deployment/ralph",
    }


def test_disabled_service_offers_nothing_and_has_no_problem(values):
    off = values({"enabled": False, "clickhouse": {"port": 443}})
    assert aspects_ralph.offers(off, {"endpoints": []}) == []
    assert aspects_ralph.check(off, {"endpoints": []}) == []


def test_command_runs_the_production_server_with_the_values_of_the_slice(server):
    command = server({"port": 8200, "workers": 3})["command"]
    assert command[:2] == ["uvicorn", "ralph_app:app"]
    options = dict(zip(command[3::2], command[4::2], strict=True))
    assert command[2] == "--proxy-headers"
    assert options["--port"] == "8200"
    assert options["--workers"] == "3"
    assert options["--log-config"] == "/etc/ralph/logging.json"


def test_server_finishes_requests_before_it_is_killed(emitted, pod_of):
    changes = {"server": {"terminationGracePeriodSeconds": 60}}
    container = pod_of(emitted(changes))["containers"][0]
    drain = container["lifecycle"]["preStop"]["sleep"]["seconds"]
    graceful = int(container["command"][-1])
    assert container["command"][-2] == "--timeout-graceful-shutdown"
    assert graceful > 0
    assert drain + graceful < 60


def test_only_readiness_asks_clickhouse(server):
    container = server()
    paths = {
        name: container[name]["httpGet"]["path"]
        for name in ("startupProbe", "livenessProbe", "readinessProbe")
    }
    assert paths == {
        "startupProbe": "/__lbheartbeat__",
        "livenessProbe": "/__lbheartbeat__",
        "readinessProbe": "/__heartbeat__",
    }


def test_service_targets_the_named_port_of_the_workload(emitted, pod_of):
    output = emitted({"port": 8200})
    service = output["objects"][1]
    (port,) = pod_of(output)["containers"][0]["ports"]
    assert service["spec"]["ports"] == [{"name": "http", "port": 8200, "targetPort": "http"}]
    assert port == {"name": "http", "containerPort": 8200}
    assert service["spec"]["selector"] == {"app.kubernetes.io/name": "ralph"}


def test_every_mount_has_its_volume(emitted, pod_of):
    output = emitted({"clickhouse": {"caSecret": {"name": "ca"}}})
    pod = pod_of(output)
    names = {volume["name"] for volume in pod["volumes"]}
    for container in pod["containers"] + pod["initContainers"]:
        assert {mount["name"] for mount in container["volumeMounts"]} <= names
    for volume in pod["volumes"]:
        if "configMap" in volume:
            assert volume["configMap"]["name"] in output["files"]


def test_workload_is_stateless_and_unprivileged(emitted):
    (workload,) = emitted()["workloads"].values()
    assert workload["uid"] == 1000
    assert workload["stateless"] is True
    assert workload["writable"] == ["/tmp"]
    assert "exception" not in workload


def test_production_profile_runs_two_pods_of_two_processes(values):
    production = values(profile="production")
    assert production["server"]["replicas"] == 2
    assert production["workers"] == 2
    assert production["server"]["probes"]["liveness"]["timeoutSeconds"] > 1
    assert values()["server"]["replicas"] == values()["workers"] == 1


def test_ralph_makes_no_clickhouse_object(emitted):
    output = emitted()
    assert [item["kind"] for item in output["objects"]] == ["Deployment", "Service"]
    assert "jobs" not in output
    statement = r"(CREATE|ALTER|DROP) (TABLE|DATABASE|USER|ROLE|VIEW)|GRANT [A-Z]"
    assert not re.search(statement, json.dumps(output), re.IGNORECASE)


def test_route_exists_only_with_a_public_host(emitted):
    assert emitted()["routes"] == []
    (route,) = emitted({"publicHost": "lrs.example.org"})["routes"]
    assert (route["host"], route["service"], route["port"]) == ("lrs.example.org", "ralph", 8100)


def test_clickhouse_of_the_deployment_is_an_edge(emitted):
    need = emitted()["needs"][0]
    assert need["client"] == "deployment/ralph"
    assert need["endpoint"] == "clickhouse/http"


def test_named_clickhouse_is_an_edge_to_the_outside(emitted):
    changes = {"clickhouse": {"host": "ch.example.org", "port": 8443, "tls": True}}
    need = emitted(changes)["needs"][0]
    assert (need["external"], need["port"]) == ("ch.example.org", 8443)
    assert "endpoint" not in need


@pytest.mark.parametrize(
    ("issuer", "host", "port"),
    [
        ("https://id.example.org/realms/learn", "id.example.org", 443),
        ("http://id.example.org/x", "id.example.org", 80),
        ("https://id.example.org:8443/x", "id.example.org", 8443),
    ],
)
def test_token_issuer_is_an_edge(emitted, issuer, host, port):
    needs = emitted({"oidc": {"enabled": True, "issuer": issuer}})["needs"]
    assert (needs[-1]["external"], needs[-1]["port"]) == (host, port)


def test_sentry_and_forwarding_are_edges_only_when_on(emitted):
    changes = {
        "sentry": {"dsnSecret": {"name": "sentry"}},
        "forwardings": {
            "secret": {"name": "copies"},
            "targets": [{"host": "lrs.example.net", "port": 8443}],
        },
    }
    outside = {need.get("external") for need in emitted(changes)["needs"]}
    assert outside == {None, "ingest.sentry.io", "lrs.example.net"}


@pytest.mark.parametrize(
    ("url", "inside"),
    [
        ("", True),
        ("http://ralph.aspects:8100/xAPI/", True),
        ("https://lrs.example.org/xAPI/", False),
    ],
)
def test_lms_may_reach_ralph_where_it_calls_from_inside(emitted, url, inside):
    needs = emitted({"lms": {"url": url}})["needs"]
    edges = [need for need in needs if need["client"] == "lms"]
    assert [need["endpoint"] for need in edges] == (["ralph/http"] if inside else [])


def test_no_endpoint_and_no_host_is_refused(values, bare_tools):
    with pytest.raises(ValueError, match=r"ralph\.clickhouse\.host is empty"):
        aspects_ralph.emit(values(), bare_tools)


def test_each_alert_has_a_runbook_and_watches_this_namespace(emitted):
    alerts = emitted()["alerts"]
    assert {alert["name"] for alert in alerts} == {"RalphDown", "RalphHighRestarts"}
    for alert in alerts:
        page = (RUNBOOKS / f"{alert['name']}.md").read_text(encoding="utf-8")
        assert page.startswith(f"# {alert['name']}\n")
        assert 'namespace="aspects"' in alert["expr"]


def test_lms_router_does_not_depend_on_the_public_host(emitted):
    expected = {
        "enabled": True,
        "backend_name": "xAPI",
        "route_url": "http://ralph:8100/xAPI/",
        "auth_scheme": "Basic",
        "username": "lms",
        "password": {"secretKeyRef": {"name": "ralph-lms", "key": "password"}},
    }
    for host in ("", "lrs.example.org"):
        assert emitted({"publicHost": host})["lms"] == {"routers": [expected]}


def test_lms_router_follows_port_and_address(emitted):
    (router,) = emitted({"port": 8200})["lms"]["routers"]
    assert router["route_url"] == "http://ralph:8200/xAPI/"
    changes = {"lms": {"url": "https://lrs.example.org/xAPI/"}}
    (router,) = emitted(changes)["lms"]["routers"]
    assert router["route_url"] == "https://lrs.example.org/xAPI/"


def test_output_is_the_same_every_time(emitted, pod_of, env_of):
    assert emitted(profile="production") == emitted(profile="production")
    assert env_of(pod_of(emitted())["containers"][0])
