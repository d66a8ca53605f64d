from __future__ import annotations

import xml.etree.ElementTree as ET


def test_keepers_know_each_other_by_stable_names(emitted):
    output = emitted({"topology": "replicated", "keeper": {"server": {"replicas": 5}}})
    root = ET.fromstring(output["files"]["clickhouse-keeper-config"]["keeper_config.xml"])
    servers = root.findall("keeper_server/raft_configuration/server")
    assert [(s.findtext("id"), s.findtext("hostname")) for s in servers] == [
        (str(n + 1), f"clickhouse-keeper-{n}.clickhouse-keeper") for n in range(5)
    ]
    assert root.find("keeper_server/server_id").get("from_env") == "KEEPER_SERVER_ID"
    assert output["workloads"]["statefulset/clickhouse-keeper"]["tuning"]["replicas"] == 5


def test_keeper_is_ready_only_in_a_quorum_but_alive_without(emitted, named):
    spec = named(emitted({"topology": "replicated"}), "StatefulSet", "clickhouse-keeper")["spec"]
    container = spec["template"]["spec"]["containers"][0]
    assert container["readinessProbe"] == {"httpGet": {"path": "/ready", "port": "control"}}
    assert container["livenessProbe"] == {"tcpSocket": {"port": "keeper"}}
    ports = {p["name"]: p["containerPort"] for p in container["ports"]}
    root = ET.fromstring(
        emitted({"topology": "replicated"})["files"]["clickhouse-keeper-config"][
            "keeper_config.xml"
        ]
    )
    assert root.findtext("keeper_server/http_control/port") == str(ports["control"])
    assert root.findtext("keeper_server/tcp_port") == str(ports["keeper"])
    assert root.findtext("prometheus/port") == str(ports["metrics"])


def test_keepers_start_together(emitted, named):
    spec = named(emitted({"topology": "replicated"}), "StatefulSet", "clickhouse-keeper")["spec"]
    assert spec["podManagementPolicy"] == "Parallel"
    assert spec["updateStrategy"] == {"type": "RollingUpdate"}


def test_keeper_writes_only_to_its_volume(emitted, named):
    output = emitted({"topology": "replicated"})
    root = ET.fromstring(output["files"]["clickhouse-keeper-config"]["keeper_config.xml"])
    spec = named(output, "StatefulSet", "clickhouse-keeper")["spec"]["template"]["spec"]
    data = next(m for m in spec["containers"][0]["volumeMounts"] if m["name"] == "data")
    paths = [root.findtext("path")] + [
        root.findtext(f"keeper_server/{key}")
        for key in ("log_storage_path", "snapshot_storage_path")
    ]
    assert all(path.startswith(data["mountPath"]) for path in paths)
    assert root.findtext("logger/console") == "1"
