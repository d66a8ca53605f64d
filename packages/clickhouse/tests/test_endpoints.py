from __future__ import annotations

import aspects_clickhouse
from aspects_clickhouse import topology


def offered(values):
    return {e["name"]: e for e in aspects_clickhouse.offers(values, {})}


def address(endpoint):
    return endpoint["host"], endpoint["port"], endpoint["tls"]


def test_single_server_is_its_own_ddl_address(slice_of):
    found = offered(slice_of())
    assert set(found) == {"http", "native", "ddl-http", "ddl-native"}
    assert address(found["http"]) == ("clickhouse", 8123, False)
    assert address(found["ddl-native"]) == ("clickhouse", 9000, False)
    assert found["http"]["workload"] == "statefulset/clickhouse"


def test_replicas_are_balanced_but_ddl_goes_to_the_first(slice_of):
    found = offered(slice_of({"topology": "replicated"}))
    assert address(found["http"]) == ("clickhouse", 8123, False)
    assert address(found["ddl-http"]) == ("clickhouse-0.clickhouse-headless", 8123, False)
    assert address(found["ddl-native"]) == ("clickhouse-0.clickhouse-headless", 9000, False)
    assert found["keeper"]["workload"] == "statefulset/clickhouse-keeper"
    assert found["interserver"]["port"] == 9009


def test_external_server_has_tls_ports_and_no_workload(slice_of, external):
    found = offered(slice_of(external))
    assert address(found["http"]) == ("ch.example.org", 8443, True)
    assert address(found["native"]) == ("ch.example.org", 9440, True)
    assert address(found["ddl-http"]) == ("ch.example.org", 8443, True)
    assert not any("workload" in e for e in found.values())


def test_external_ddl_host_gets_schema_changes_only(slice_of, external):
    external["external"]["ddlHost"] = "ch-1.example.org"
    found = offered(slice_of(external))
    assert found["ddl-native"]["host"] == "ch-1.example.org"
    assert found["native"]["host"] == "ch.example.org"


def test_nothing_is_offered_when_not_enabled(slice_of):
    assert aspects_clickhouse.offers(slice_of({"enabled": False}), {}) == []


def test_schema_changes_go_to_the_cluster_by_name(slice_of, external):
    assert topology.cluster_name(slice_of({"topology": "replicated", "cluster": "a"})) == "a"
    assert topology.cluster_name(slice_of({"cluster": "a"})) == ""
    assert topology.cluster_name(slice_of(external)) == ""
    assert topology.server_count(slice_of(external)) == 0


def test_clients_wait_for_a_restore(slice_of, external):
    restore = {"restore": {"enabled": True, "backup": "b"}}
    assert offered(slice_of(restore))["http"]["wait"] == [
        "statefulset/clickhouse",
        "job/clickhouse-restore",
    ]
    assert offered(slice_of({**external, **restore}))["http"]["wait"] == ["job/clickhouse-restore"]
