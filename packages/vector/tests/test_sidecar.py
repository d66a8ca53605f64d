"""The sidecar's files."""

from __future__ import annotations

import json

import yaml

NAMES = ("vector-aggregator", "vector-agent")


def pod(manifest):
    return manifest["spec"]["template"]["spec"]


def needs_of(output, client):
    return [need for need in output["needs"] if need["client"] == client]


def test_sidecar_needs_no_rights_and_no_daemon_set(emit):
    kinds = {manifest["kind"] for manifest in emit(mode="sidecar")["objects"]}
    assert kinds == {"StatefulSet", "Service"}
    assert set(emit(mode="sidecar")["workloads"]) == {"statefulset/vector-aggregator"}


def test_sidecar_reads_the_file_with_acknowledgements(config_of):
    config = config_of("vector-sidecar", mode="sidecar", source={"file": "/logs/t.log"})
    assert config["sources"]["logs"]["type"] == "file"
    assert config["sources"]["logs"]["include"] == ["/logs/t.log"]
    assert config["sources"]["logs"]["max_line_bytes"] == 2097152
    assert config["sinks"]["aggregator"]["acknowledgements"] == {"enabled": True}


def test_sidecar_holds_no_credential(sidecar_files):
    words = json.dumps(sidecar_files(mode="sidecar"))
    assert "SECRET[" not in words
    assert "password" not in words


def test_lms_pods_are_the_clients_of_the_aggregator(emit):
    (need,) = needs_of(emit(mode="sidecar"), "lms")
    assert need["endpoint"] == "vector/aggregator"


def test_sidecar_patches_add_a_closed_container_that_outlives_the_lms(sidecar_files):
    source = {"containers": ["lms", "cms"], "uid": 1001, "file": "/logs/t.log"}
    extra = {"agent": {"more.toml": "x = 1\n"}}
    files = sidecar_files(mode="sidecar", source=source, extraConfig=extra)
    assert {name for name in files if name.startswith("patch-")} == {
        "patch-lms.yaml",
        "patch-cms.yaml",
    }
    patch = yaml.safe_load(files["patch-lms.yaml"])
    assert patch["metadata"]["name"] == "lms"
    (sidecar,) = pod(patch)["initContainers"]
    assert sidecar["restartPolicy"] == "Always"
    assert sidecar["args"][-1] == "/etc/vector/more.toml"
    assert sidecar["securityContext"]["runAsUser"] == 1001
    assert sidecar["securityContext"]["readOnlyRootFilesystem"] is True
    assert sidecar["resources"]["limits"] == {"memory": "256Mi"}
    mounts = {m["name"]: m["mountPath"] for m in sidecar["volumeMounts"]}
    assert mounts["tracking-logs"] == "/logs"
    (lms,) = pod(patch)["containers"]
    assert lms["volumeMounts"] == [{"name": "tracking-logs", "mountPath": "/logs"}]
    sizes = {v["name"]: v["emptyDir"] for v in pod(patch)["volumes"] if "emptyDir" in v}
    assert int(sizes["vector-data"]["sizeLimit"]) > 268435488


def test_lms_logging_writes_both_loggers_to_the_file(sidecar_files):
    files = sidecar_files(mode="sidecar", source={"file": "/logs/t.log"})
    settings = {
        "LOGGING": {
            "handlers": {"console": {}, "tracking": {}},
            "loggers": {"tracking": {"handlers": ["console", "tracking"]}},
        }
    }
    exec(files["lms_logging.py"], settings)
    found = settings["LOGGING"]
    assert found["handlers"]["aspects_tracking"]["filename"] == "/logs/t.log"
    assert found["loggers"]["tracking"]["handlers"] == ["console", "aspects_tracking"]
    assert found["loggers"]["xapi_tracking"]["handlers"] == ["aspects_tracking"]


def test_each_installed_process_is_scraped(emit):
    for mode, names in (("agent", NAMES), ("sidecar", NAMES[:1])):
        scraped = [m["workload"].partition("/")[2] for m in emit(mode=mode)["metrics"]]
        assert sorted(scraped) == sorted(names)
