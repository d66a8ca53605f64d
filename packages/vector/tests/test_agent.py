"""The agent's objects, rights and edges, and what both readers share."""

from __future__ import annotations

import aspects_vector


def pod(manifest):
    return manifest["spec"]["template"]["spec"]


def needs_of(output, client):
    return [need for need in output["needs"] if need["client"] == client]


def test_agent_mounts_only_log_folders_read_only_and_one_folder_of_its_own(emit, find):
    spec = pod(find(emit(), "DaemonSet", "vector-agent"))
    folders = {v["name"]: v["hostPath"]["path"] for v in spec["volumes"] if "hostPath" in v}
    own = "/var/lib/vector/aspects-test-vector-agent"
    assert folders == {"data": own, "logs-0": "/var/log/pods"}
    mounts = {m["name"]: m for m in spec["containers"][0]["volumeMounts"]}
    assert mounts["logs-0"]["readOnly"] is True
    assert "readOnly" not in mounts["data"]


def test_agents_of_two_installations_share_no_folder_and_no_right(make_values, tools):
    found = []
    for namespace in ("one", "two"):
        tools.site["namespace"] = namespace
        output = aspects_vector.emit(make_values(), tools)
        scoped = {
            o["metadata"]["name"] for o in output["objects"] if o["kind"].startswith("Cluster")
        }
        (daemon_set,) = [o for o in output["objects"] if o["kind"] == "DaemonSet"]
        paths = {v["hostPath"]["path"] for v in pod(daemon_set)["volumes"] if "hostPath" in v}
        found.append((scoped, paths - {"/var/log/pods"}))
    (names, folders), (other_names, other_folders) = found
    assert not names & other_names
    assert not folders & other_folders


def test_agent_exception_is_named_and_minimal(emit):
    workload = emit()["workloads"]["daemonset/vector-agent"]
    assert workload["uid"] == 0
    assert workload["token"] is True
    assert workload["exception"]["allow"] == ["hostPath", "runAsNonRoot", "runAsUser"]
    assert "root" in workload["exception"]["why"]


def test_agent_may_only_list_and_watch_pods_nodes_and_namespaces(emit, find):
    output = emit()
    name = "aspects-test-vector-agent"
    (rule,) = find(output, "ClusterRole", name)["rules"]
    assert rule == {
        "apiGroups": [""],
        "resources": ["namespaces", "nodes", "pods"],
        "verbs": ["list", "watch"],
    }
    binding = find(output, "ClusterRoleBinding", name)
    assert binding["roleRef"]["name"] == name
    account = {"kind": "ServiceAccount", "name": "vector-agent", "namespace": "aspects"}
    assert binding["subjects"] == [account]
    assert pod(find(output, "DaemonSet", "vector-agent"))["serviceAccountName"] == "vector-agent"
    find(output, "ServiceAccount", "vector-agent")


def test_agent_knows_its_node_and_itself(emit, find):
    (main,) = pod(find(emit(), "DaemonSet", "vector-agent"))["containers"]
    fields = {
        e["name"]: e["valueFrom"]["fieldRef"]["fieldPath"] for e in main["env"] if "valueFrom" in e
    }
    assert fields == {
        "VECTOR_SELF_NODE_NAME": "spec.nodeName",
        "VECTOR_SELF_POD_NAME": "metadata.name",
        "VECTOR_SELF_POD_NAMESPACE": "metadata.namespace",
    }


def test_no_vector_pod_is_read_by_the_agent(emit, find):
    output = emit()
    for kind, name in (("DaemonSet", "vector-agent"), ("StatefulSet", "vector-aggregator")):
        labels = find(output, kind, name)["spec"]["template"]["metadata"]["labels"]
        assert labels == {"vector.dev/exclude": "true"}


def test_agent_reads_only_the_pods_it_is_told_to(config_of):
    source = config_of("vector-agent")["sources"]["logs"]
    assert source["extra_namespace_label_selector"] == "kubernetes.io/metadata.name=aspects"
    assert "extra_label_selector" not in source
    picked = {"namespace": "openedx", "podLabels": {"b/c": "d", "app": "lms"}}
    source = config_of("vector-agent", source=picked)["sources"]["logs"]
    assert source["extra_namespace_label_selector"] == "kubernetes.io/metadata.name=openedx"
    assert source["extra_label_selector"] == "app=lms,b/c=d"


def test_agent_finds_short_lived_pods_and_reads_long_lines(config_of):
    source = config_of("vector-agent", source={"discoverySeconds": 3})["sources"]["logs"]
    assert source["glob_minimum_cooldown_ms"] == 3000
    assert source["max_line_bytes"] == source["max_merged_line_bytes"] == 2097152


def test_agent_reaches_the_aggregator_and_the_kubernetes_api_only(emit):
    first, *others = needs_of(emit(), "daemonset/vector-agent")
    assert first["endpoint"] == "vector/aggregator"
    assert [(n["external"], n["port"]) for n in others] == [
        ("kubernetes.default.svc", 443),
        ("kubernetes.default.svc", 6443),
    ]


def test_readers_buffer_on_disk_and_block(config_of):
    for mode, name in (("agent", "vector-agent"), ("sidecar", "vector-sidecar")):
        sink = config_of(name, mode=mode)["sinks"]["aggregator"]
        assert sink["address"] == "vector-aggregator.aspects.svc:6000"
        assert sink["buffer"] == {"type": "disk", "max_size": 268435488, "when_full": "block"}
