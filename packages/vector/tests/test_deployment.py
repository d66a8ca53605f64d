"""The Kubernetes objects of aggregator, agent and sidecar."""

from __future__ import annotations

import json

import pytest

ARCHIVE = {"enabled": True, "bucket": "events"}


def pod(manifest):
    return manifest["spec"]["template"]["spec"]


def test_nothing_of_clickhouse_is_made(emit):
    output = emit(store={"trackingLogs": True}, archive=ARCHIVE)
    kinds = {manifest["kind"] for manifest in output["objects"]}
    assert kinds == {
        "StatefulSet",
        "Service",
        "ServiceAccount",
        "ClusterRole",
        "ClusterRoleBinding",
        "DaemonSet",
    }
    assert "jobs" not in output
    words = json.dumps(output["files"]).upper()
    for statement in ("CREATE ", "ALTER ", "GRANT ", "DROP "):
        assert statement not in words


def test_same_values_give_the_same_output(emit):
    assert emit() == emit()


def test_files_hold_no_tabs_returns_or_trailing_blanks(emit):
    for mode in ("agent", "sidecar"):
        for files in emit(mode=mode, store={"trackingLogs": True})["files"].values():
            for name, text in files.items():
                assert "\t" not in text, name
                assert "\r" not in text, name
                assert all(line == line.rstrip() for line in text.split("\n")), name
                assert text.endswith("\n"), name


def test_containers_carry_the_name_of_their_workload(emit):
    output = emit()
    for owner in output["workloads"]:
        kind, _, name = owner.partition("/")
        (manifest,) = [
            o
            for o in output["objects"]
            if (o["kind"].lower(), o["metadata"]["name"]) == (kind, name)
        ]
        assert [c["name"] for c in pod(manifest)["containers"]] == [name]


def test_configuration_files_are_named_one_by_one(emit, find):
    extra = {"aggregator": {"b.toml": "x = 1\n", "a.yaml": "{}\n"}, "agent": {"c.yaml": "{}\n"}}
    output = emit(extraConfig=extra)
    (aggregator,) = pod(find(output, "StatefulSet", "vector-aggregator"))["containers"]
    assert aggregator["args"] == [
        *("--config", "/etc/vector/vector.json"),
        *("--config", "/etc/vector/a.yaml"),
        *("--config", "/etc/vector/b.toml"),
    ]
    assert output["files"]["vector-aggregator"]["b.toml"] == "x = 1\n"
    (agent,) = pod(find(output, "DaemonSet", "vector-agent"))["containers"]
    assert agent["args"][-1] == "/etc/vector/c.yaml"
    assert output["files"]["vector-agent"]["c.yaml"] == "{}\n"


@pytest.mark.parametrize("changes", [{}, {"store": {"xapi": False, "trackingLogs": True}}])
def test_every_program_that_is_named_is_a_file(emit, changes):
    for mode in ("agent", "sidecar"):
        for files in emit(mode=mode, **changes)["files"].values():
            transforms = json.loads(files["vector.json"])["transforms"].values()
            named = {t["file"].removeprefix("/etc/vector/") for t in transforms if "file" in t}
            assert named == {name for name in files if name.endswith(".vrl")}
