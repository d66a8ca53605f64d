"""What must hold for every environment, whatever its values."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from aspects_gen.compose.bundle import containers, pod_template
from environments import (
    COMMITTED,
    ROOT,
    SITUATIONS,
    bundle_of,
    kustomize,
    lay_down,
    objects_in,
    tree_of,
)
from kubernetes.pod_security import violations
from kubernetes.strict import MINORS, errors_of

EVERY = (*COMMITTED, *SITUATIONS)

OWNERS = ("Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob")


def kubectls() -> list[str]:
    """Return each kubectl here: the test environment's own, and the machine's where there is one."""
    own = shutil.which("kubectl", path=str(Path(sys.executable).parent))
    assert own, "the test environment brings kubectl"
    paths = os.environ["PATH"].split(os.pathsep)
    others = [shutil.which("kubectl", path=p) for p in paths]
    return list(dict.fromkeys([own, *(o for o in others if o and Path(o).is_file())]))


@pytest.fixture(scope="module")
def laid_down(tmp_path_factory):
    made: dict[str, Path] = {}

    def lay(name: str) -> Path:
        if name not in made:
            made[name] = lay_down(tree_of(name), tmp_path_factory.mktemp(name))
        return made[name]

    return lay


@pytest.mark.parametrize("name", EVERY)
def test_every_kustomize_builds_it_to_the_same_objects(name, laid_down):
    results = {kubectl: kustomize(laid_down(name), kubectl) for kubectl in kubectls()}
    assert len(set(results.values())) == 1
    built = objects_in(next(iter(results.values())))
    names = {(o["kind"], o["metadata"]["name"]) for o in built}
    bundle = bundle_of(name)
    ours = {(i.kind, bundle.job_names.get(i.id, i.name)) for i in bundle.items}
    assert names == ours | {("ConfigMap", file_set) for file_set in bundle.files}


@pytest.mark.parametrize("name", EVERY)
def test_kustomize_gives_back_every_file_s_bytes(name, laid_down):
    built = objects_in(kustomize(laid_down(name), kubectls()[0]))
    maps = {o["metadata"]["name"]: o for o in built if o["kind"] == "ConfigMap"}
    for config_map, file_set in bundle_of(name).files.items():
        assert list(maps[config_map]["data"].values()) == [
            file_set.files[path]
            for path in sorted(file_set.files, key=lambda p: p.replace("/", "__"))
        ]


@pytest.mark.parametrize("name", EVERY)
def test_every_object_passes_the_strict_schema_of_every_kubernetes(name, laid_down):
    built = objects_in(kustomize(laid_down(name), kubectls()[0]))
    built += [
        yaml.safe_load(text) for path, text in tree_of(name).items() if path.startswith("argocd/")
    ]
    wrong = [
        f"{minor} {o['kind']}/{o['metadata']['name']}: {error}"
        for minor in MINORS
        for o in built
        for error in errors_of(o, minor)
    ]
    assert wrong == []


@pytest.mark.parametrize("name", EVERY)
def test_every_pod_is_restricted_but_for_the_agent_that_reads_logs(name):
    for item in bundle_of(name).owners():
        found = violations(pod_template(item.manifest)["spec"])
        if item.id == "daemonset/vector-agent":
            exception = bundle_of(name).workloads[item.id]["exception"]
            assert exception["why"]
            assert {
                word
                for line in found
                for word in ("hostPath", "runAsNonRoot", "runAsUser")
                if word in line
            }
            assert all(
                any(word in line for word in ("hostPath", "runAsNonRoot", "runAsUser"))
                for line in found
            )
        else:
            assert found == [], item.id


@pytest.mark.parametrize("name", EVERY)
def test_no_image_floats(name):
    for item in bundle_of(name).owners():
        for container in containers(pod_template(item.manifest)["spec"]):
            tag = container["image"].split("@")[0].rpartition(":")[2]
            assert re.fullmatch(r"v?[0-9]+\.[0-9]+[-.a-z0-9]*", tag), container["image"]


@pytest.mark.parametrize("name", EVERY)
def test_no_lint_error_and_every_warning_is_about_images(name):
    from aspects_gen.lint.run import lint_bundle

    found = [f for f in lint_bundle(bundle_of(name), tree_of(name)) if not f.waived]
    assert [f for f in found if not f.rule.startswith("L5")] == []


HIGH_ENTROPY = re.compile(r"(?<![\w/+-])[A-Za-z0-9+/]{32,}={0,2}(?![\w/+-])")
ALLOWED = re.compile(r"^([0-9a-f]{64}|[0-9a-f]{32}|[A-Za-z]+)$")


@pytest.mark.parametrize("name", EVERY)
def test_no_object_carries_a_secret_value(name, laid_down):
    for manifest in objects_in(kustomize(laid_down(name), kubectls()[0])):
        assert manifest["kind"] != "Secret"
        for container in _containers_of(manifest):
            for entry in container.get("env", []):
                if re.search(r"(?i)(password|secret|token|_key$|dsn)", entry["name"]):
                    value = str(entry.get("value", ""))
                    assert "valueFrom" in entry or value.startswith("/") or not value, entry
    for path, text in tree_of(name).items():
        if path == "index.json":
            continue
        suspicious = [w for w in HIGH_ENTROPY.findall(text) if not ALLOWED.match(w)]
        mixed = [w for w in suspicious if re.search(r"[0-9]", w) and re.search(r"[A-Z]", w)]
        assert mixed == [], path


def _containers_of(manifest):
    return containers(pod_template(manifest)["spec"]) if manifest["kind"] in OWNERS else []


@pytest.mark.parametrize("name", COMMITTED)
def test_the_committed_output_is_what_the_values_say(name):
    tree = tree_of(name)
    folder = ROOT / "generated" / name
    on_disk = {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "index.json"
    }
    assert on_disk == tree


ASK = """
import json, sys
sys.path.insert(0, sys.argv[1])
from environments import tree_of
import hashlib
print({n: hashlib.sha256(json.dumps(tree_of(n)).encode()).hexdigest() for n in sys.argv[2:]})
"""


def test_bytes_do_not_depend_on_locale_time_zone_hash_seed_or_folder(tmp_path):
    results = set()
    for number, (locale, zone) in enumerate(
        [("C", "UTC"), ("C.UTF-8", "Asia/Kathmandu"), ("POSIX", "America/St_Johns")]
    ):
        # SOURCE_DATE_EPOCH and friends must not matter either, so nothing else is passed
        environment = {
            "LC_ALL": locale,
            "TZ": zone,
            "PYTHONHASHSEED": str(number * 7),
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
        }
        command = [sys.executable, "-c", ASK, str(ROOT / "tests"), *EVERY]
        done = subprocess.run(
            command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        results.add(done.stdout)
    assert len(results) == 1
