from __future__ import annotations

import json
import re

import kubernetes_validate
import pytest

import aspects_clickhouse

VARIANTS = {
    "single": {},
    "replicated": {"topology": "replicated"},
    "volume": {"backup": {"enabled": True}},
    "restore": {"restore": {"enabled": True, "backup": "clickhouse-20300131T023000Z"}},
}


def pod_of(thing):
    spec = thing["spec"]
    if thing["kind"] == "CronJob":
        spec = spec["jobTemplate"]["spec"]
    return spec["template"]["spec"]


def composed(thing):
    """Add what composition adds and the API requires."""
    labels = {"app.kubernetes.io/name": thing["metadata"]["name"]}
    if thing["kind"] == "StatefulSet":
        spec = thing["spec"]
        template = {**spec["template"], "metadata": {"labels": labels}}
        spec = {**spec, "selector": {"matchLabels": labels}, "template": template}
        return {**thing, "spec": spec}
    return thing


@pytest.mark.parametrize("version", ["1.31", "1.37"])
@pytest.mark.parametrize("variant", VARIANTS)
def test_objects_pass_strict_schemas(emitted, variant, version):
    for thing in emitted(VARIANTS[variant])["objects"]:
        kubernetes_validate.validate(composed(thing), version, strict=True)


@pytest.mark.parametrize("variant", VARIANTS)
def test_mounted_config_maps_are_emitted(emitted, variant):
    output = emitted(VARIANTS[variant])
    pods = [pod_of(o) for o in output["objects"] if o["kind"] in ("StatefulSet", "CronJob")]
    pods += [job["pod"] for job in output.get("jobs", [])]
    mounted = {v["configMap"]["name"] for p in pods for v in p["volumes"] if "configMap" in v}
    assert mounted == set(output["files"])


@pytest.mark.parametrize("variant", VARIANTS)
def test_secrets_read_are_exactly_those_declared(emitted, variant):
    output = emitted(VARIANTS[variant])
    read = set()

    def walk(node):
        if isinstance(node, dict):
            if "secretKeyRef" in node:
                read.add((node["secretKeyRef"]["name"], node["secretKeyRef"]["key"]))
            for inner in node.values():
                walk(inner)
        elif isinstance(node, list):
            for inner in node:
                walk(inner)

    walk(output["objects"])
    walk(output.get("jobs", []))
    declared = {(s["name"], key) for s in output["secrets"] for key in s["keys"]}
    assert read == declared


def test_container_bears_its_workloads_name(emitted):
    output = emitted({"topology": "replicated", "backup": {"enabled": True}})
    for thing in output["objects"]:
        if thing["kind"] in ("StatefulSet", "CronJob"):
            name = thing["metadata"]["name"]
            assert pod_of(thing)["containers"][0]["name"] == name
            assert f"{thing['kind'].lower()}/{name}" in output["workloads"]


def test_pods_leave_hardening_to_composition_and_need_no_root(emitted):
    output = emitted({"topology": "replicated"})
    assert "securityContext" not in json.dumps(output["objects"])
    assert {w["uid"] for w in output["workloads"].values()} == {101}
    assert not any("exception" in w for w in output["workloads"].values())


def test_server_probes_ask_ping(emitted, named):
    container = pod_of(named(emitted(), "StatefulSet", "clickhouse"))["containers"][0]
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert container[probe] == {"httpGet": {"path": "/ping", "port": "http"}}


def test_server_bypasses_the_image_entrypoint(emitted, named):
    container = pod_of(named(emitted(), "StatefulSet", "clickhouse"))["containers"][0]
    assert container["command"] == ["clickhouse-server"]
    assert container["lifecycle"]["preStop"]["exec"]["command"][0] == "sleep"


def test_server_count_follows_topology(emitted):
    def count(overrides):
        tuning = emitted(overrides)["workloads"]["statefulset/clickhouse"]["tuning"]
        return tuning["replicas"]

    assert count({"replicas": 5}) == 1
    assert count({"topology": "replicated", "replicas": 5}) == 5


def test_volumes_survive_the_stateful_set(emitted, named):
    for name in ("clickhouse", "clickhouse-keeper"):
        spec = named(emitted({"topology": "replicated"}), "StatefulSet", name)["spec"]
        retained = {"whenDeleted": "Retain", "whenScaled": "Retain"}
        assert spec["persistentVolumeClaimRetentionPolicy"] == retained


def test_volume_leaves_its_class_to_the_environment_unless_named(emitted, named):
    def claimed(storage):
        stateful_set = named(emitted({"storage": storage}), "StatefulSet", "clickhouse")
        return stateful_set["spec"]["volumeClaimTemplates"][0]["spec"]

    assert claimed({"storageClass": "ssd"})["storageClassName"] == "ssd"
    assert "storageClassName" not in claimed({})
    assert claimed({"size": "75Gi"})["resources"]["requests"]["storage"] == "75Gi"


def test_objects_share_no_part_so_that_yaml_needs_no_anchor(emitted):
    seen = set()

    def walk(node):
        if isinstance(node, dict | list) and node:
            assert id(node) not in seen
            seen.add(id(node))
            for inner in node.values() if isinstance(node, dict) else node:
                walk(inner)

    walk(emitted({"topology": "replicated"})["objects"])


def test_services_select_the_servers_and_keep_port_names(emitted, named):
    output = emitted({"ports": {"http": 18123}})
    for name in ("clickhouse", "clickhouse-headless"):
        spec = named(output, "Service", name)["spec"]
        assert spec["selector"] == {"app.kubernetes.io/name": "clickhouse"}
        assert {p["name"]: (p["port"], p["targetPort"]) for p in spec["ports"]} == {
            "http": (18123, "http"),
            "native": (9000, "native"),
        }


def test_headless_services_publish_pods_that_are_not_ready(emitted, named):
    output = emitted({"topology": "replicated"})
    for name in ("clickhouse-headless", "clickhouse-keeper"):
        spec = named(output, "Service", name)["spec"]
        assert spec["clusterIP"] == "None"
        assert spec["publishNotReadyAddresses"] is True
        owner = named(output, "StatefulSet", name.removesuffix("-headless"))
        assert owner["spec"]["serviceName"] == name


def test_replicas_exchange_parts_on_the_interserver_port(emitted, named):
    output = emitted({"topology": "replicated"})
    ports = {p["name"] for p in named(output, "Service", "clickhouse-headless")["spec"]["ports"]}
    assert "interserver" in ports
    assert "interserver" not in {
        p["name"] for p in named(output, "Service", "clickhouse")["spec"]["ports"]
    }


def test_servers_wait_for_keepers_but_not_for_themselves(emitted):
    needs = {
        (n["client"], n["endpoint"]): n.get("wait", True)
        for n in emitted({"topology": "replicated"})["needs"]
    }
    assert needs == {
        ("statefulset/clickhouse-keeper", "clickhouse/raft"): False,
        ("statefulset/clickhouse", "clickhouse/keeper"): True,
        ("statefulset/clickhouse", "clickhouse/interserver"): False,
        ("statefulset/clickhouse", "clickhouse/native"): False,
    }


def test_every_need_names_an_offered_endpoint(emitted, slice_of):
    overrides = {"topology": "replicated"}
    offered = {
        f"clickhouse/{e['name']}" for e in aspects_clickhouse.offers(slice_of(overrides), {})
    }
    assert {n["endpoint"] for n in emitted(overrides)["needs"]} <= offered


def test_metrics_are_scraped_from_every_server_and_keeper(emitted):
    output = emitted({"topology": "replicated"})
    assert {(m["workload"], m["port"]) for m in output["metrics"]} == {
        ("statefulset/clickhouse", "metrics"),
        ("statefulset/clickhouse-keeper", "metrics"),
    }


def test_external_topology_runs_nothing(emitted, external):
    output = emitted(external)
    assert set(output) == {"secrets", "alerts"}
    assert output["alerts"] == []
    (secret,) = output["secrets"]
    assert secret["name"] == "clickhouse-admin"
    assert "generate" not in secret["keys"]["password"]


def test_external_certificate_authority_is_a_secret(emitted, external):
    external["external"]["caSecret"] = {"name": "ch-ca"}
    assert "ch-ca" in [s["name"] for s in emitted(external)["secrets"]]


@pytest.mark.parametrize("variant", VARIANTS)
def test_service_makes_no_database_table_or_other_user(emitted, variant):
    output = emitted(VARIANTS[variant])
    everything = json.dumps({key: part for key, part in output.items() if key != "alerts"})
    assert not re.search(
        r"CREATE\s+(DATABASE|TABLE|USER|ROLE|VIEW|DICTIONARY|FUNCTION)", everything, re.IGNORECASE
    )
    assert not re.search(r"\b(GRANT|INSERT INTO)\b", everything)
    # the image makes a database and a user from these
    assert "CLICKHOUSE_DB" not in everything
    assert '"CLICKHOUSE_USER"' not in everything
    assert "docker-entrypoint-initdb.d" not in everything
    for word in ("xapi", "event_sink", "superset", "ralph", "vector"):
        assert word not in everything.lower()


def test_emit_may_be_called_again_with_the_same_result(slice_of, tools):
    values = slice_of({"topology": "replicated"})
    first = aspects_clickhouse.emit(values, tools)
    assert aspects_clickhouse.emit(values, tools) == first
    assert values == slice_of({"topology": "replicated"})


def test_service_module_offers_exactly_the_seam():
    assert sorted(aspects_clickhouse.__all__) == ["check", "emit", "images", "offers", "schema"]
