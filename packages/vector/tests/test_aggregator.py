"""The aggregator's objects, Secrets and edges."""

from __future__ import annotations

import pytest

import aspects_vector

ARCHIVE = {"enabled": True, "bucket": "events"}


def pod(manifest):
    return manifest["spec"]["template"]["spec"]


def needs_of(output, client):
    return [need for need in output["needs"] if need["client"] == client]


def test_aggregator_keeps_its_buffers_on_a_volume_that_outlives_it(emit, find):
    spec = find(emit("production"), "StatefulSet", "vector-aggregator")["spec"]
    (claim,) = spec["volumeClaimTemplates"]
    assert claim["spec"]["resources"] == {"requests": {"storage": "20Gi"}}
    assert "storageClassName" not in claim["spec"]
    retention = {"whenDeleted": "Retain", "whenScaled": "Retain"}
    assert spec["persistentVolumeClaimRetentionPolicy"] == retention
    mounts = spec["template"]["spec"]["containers"][0]["volumeMounts"]
    assert {"name": "data", "mountPath": "/var/lib/vector"} in mounts


def test_aggregator_takes_a_storage_class_of_its_own(emit, find):
    output = emit(aggregatorStorage={"storageClass": "fast"})
    (claim,) = find(output, "StatefulSet", "vector-aggregator")["spec"]["volumeClaimTemplates"]
    assert claim["spec"]["storageClassName"] == "fast"


def test_aggregator_does_not_run_as_root(emit):
    assert emit()["workloads"]["statefulset/vector-aggregator"]["uid"] == 65534


def test_aggregator_has_a_spreading_and_a_headless_service(emit, find):
    output = emit(port=6100)
    stateful_set = find(output, "StatefulSet", "vector-aggregator")
    spread = find(output, "Service", "vector-aggregator")["spec"]
    headless = find(output, "Service", stateful_set["spec"]["serviceName"])["spec"]
    assert "clusterIP" not in spread
    assert headless["clusterIP"] == "None"
    for spec in (spread, headless):
        assert spec["selector"] == {"app.kubernetes.io/name": "vector-aggregator"}
        assert spec["ports"][0]["port"] == 6100
    ports = {p["name"]: p["containerPort"] for p in pod(stateful_set)["containers"][0]["ports"]}
    assert ports == {"vector": 6100, "metrics": 9598}


def test_aggregator_is_ready_when_it_listens_and_alive_when_it_measures(emit, find):
    (main,) = pod(find(emit(), "StatefulSet", "vector-aggregator"))["containers"]
    assert main["readinessProbe"] == {"tcpSocket": {"port": "vector"}}
    assert main["livenessProbe"] == {"httpGet": {"path": "/metrics", "port": "metrics"}}


def test_secrets_are_declared_and_mounted_as_files(emit, find):
    output = emit(archive=ARCHIVE)
    declared = {secret["name"]: set(secret["keys"]) for secret in output["secrets"]}
    assert declared == {
        "clickhouse-vector": {"password"},
        "vector-archive": {"accessKey", "secretKey"},
    }
    volumes = {
        v["name"]: v for v in pod(find(output, "StatefulSet", "vector-aggregator"))["volumes"]
    }
    sources = [source["secret"] for source in volumes["secrets"]["projected"]["sources"]]
    mounted = {s["name"]: {i["key"]: i["path"] for i in s["items"]} for s in sources}
    assert mounted == {
        "clickhouse-vector": {"password": "clickhouse_password"},
        "vector-archive": {"accessKey": "archive_access_key", "secretKey": "archive_secret_key"},
    }


def test_ambient_credentials_need_no_secret(emit):
    output = emit(archive={**ARCHIVE, "credentials": "ambient"})
    assert [secret["name"] for secret in output["secrets"]] == ["clickhouse-vector"]
    wanted = [n["external"] for n in output["needs"] if "external" in n]
    assert "169.254.170.23" in wanted


def test_authority_of_the_server_is_mounted(emit, find):
    own = {"host": "ch.example.org", "tls": True, "caSecret": {"name": "ch-ca", "key": "root.pem"}}
    output = emit(clickhouse=own)
    spec = pod(find(output, "StatefulSet", "vector-aggregator"))
    (volume,) = [v for v in spec["volumes"] if v["name"] == "ca"]
    items = [{"key": "root.pem", "path": "ca.crt"}]
    assert volume["secret"] == {"secretName": "ch-ca", "items": items}
    mounts = spec["containers"][0]["volumeMounts"]
    assert {"name": "ca", "mountPath": "/run/ca/vector", "readOnly": True} in mounts
    assert {"root.pem"} in [set(secret["keys"]) for secret in output["secrets"]]


def test_aggregator_reaches_only_its_server_and_its_store(emit):
    client = "statefulset/vector-aggregator"
    (need,) = needs_of(emit(), client)
    assert need["endpoint"] == "clickhouse/http"
    own = {"host": "ch.example.org", "port": 8443, "tls": True}
    table, store = needs_of(emit(clickhouse=own, archive=ARCHIVE), client)
    assert (table["external"], table["port"]) == ("ch.example.org", 8443)
    assert (store["external"], store["port"]) == ("s3.us-east-1.amazonaws.com", 443)


@pytest.mark.parametrize(
    ("endpoint", "address"),
    [
        ("https://minio.example.org:9000", ("minio.example.org", 9000)),
        ("https://minio.example.org", ("minio.example.org", 443)),
        ("http://minio.example.org/", ("minio.example.org", 80)),
    ],
)
def test_store_elsewhere_is_reached_at_its_address(emit, endpoint, address):
    needs = needs_of(
        emit(archive={**ARCHIVE, "endpoint": endpoint}), "statefulset/vector-aggregator"
    )
    assert (needs[-1]["external"], needs[-1]["port"]) == address


def test_missing_server_is_named(make_values, tools):
    tools.endpoints.clear()
    with pytest.raises(ValueError, match="clickhouse/http missing"):
        aspects_vector.emit(make_values(), tools)
