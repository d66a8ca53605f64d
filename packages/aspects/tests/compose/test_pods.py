"""What composition does to every pod: hardening, tuning, spread, budgets, labels, checksums."""

import pytest
import yaml

from aspects_gen.compose.configmaps import LIMIT_BYTES, tidy_text
from aspects_gen.compose.pipeline import build_tree

RESTRICTED = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "capabilities": {"drop": ["ALL"]},
    "runAsNonRoot": True,
}


def spec_of(manifest):
    return manifest["spec"]["template"]["spec"]


@pytest.fixture
def deployed(compose, parts, find):
    """Return a function: the Deployment `web` of a service, composed with its workload's facts."""

    def call(values="", pod=None, **facts):
        output = parts.deploy("web")
        spec_of(output["objects"][0]).update(pod or {})
        output["workloads"]["deployment/web"].update(facts)
        return find(compose(output, values), "Deployment", "web")

    return call


def test_every_container_is_closed(deployed):
    init = [{"name": "first", "image": "a:1.0"}]
    pod = spec_of(deployed(pod={"initContainers": init}))
    assert pod["securityContext"] == {
        "runAsNonRoot": True,
        "runAsUser": 1000,
        "runAsGroup": 1000,
        "fsGroup": 1000,
        "fsGroupChangePolicy": "OnRootMismatch",
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    assert [c["securityContext"] for c in (*pod["initContainers"], *pod["containers"])] == [
        RESTRICTED,
        RESTRICTED,
    ]
    assert pod["enableServiceLinks"] is False
    assert pod["automountServiceAccountToken"] is False
    assert pod["serviceAccountName"] == "aspects-toy"


def test_a_root_pod_keeps_every_other_restriction(deployed):
    pod = spec_of(deployed(uid=0, exception={"why": "reads logs", "allow": ["runAsUser"]}))
    assert pod["securityContext"] == {"seccompProfile": {"type": "RuntimeDefault"}}
    closed = {key: value for key, value in RESTRICTED.items() if key != "runAsNonRoot"}
    assert pod["containers"][0]["securityContext"] == {**closed, "runAsUser": 0}


def test_a_pod_that_needs_the_api_brings_its_own_account(deployed):
    pod = spec_of(deployed(pod={"serviceAccountName": "reader"}, token=True))
    assert pod["serviceAccountName"] == "reader"
    assert "automountServiceAccountToken" not in pod


def test_writable_paths_are_empty_volumes_unless_something_is_mounted_there(deployed, parts):
    container = {
        "name": "web",
        "image": "a:1.0",
        "volumeMounts": [{"name": "x", "mountPath": "/x"}],
    }
    volumes = [{"name": "x", "emptyDir": {}}]
    pod = spec_of(
        deployed(
            pod={"containers": [container], "volumes": list(volumes)},
            writable=["/x", "/var/Tmp_1"],
        )
    )
    mounts = {mount["mountPath"]: mount["name"] for mount in pod["containers"][0]["volumeMounts"]}
    assert mounts == {"/x": "x", "/var/Tmp_1": "writable-var-tmp-1"}
    assert pod["volumes"] == [*volumes, {"name": "writable-var-tmp-1", "emptyDir": {}}]


def test_pull_settings_come_from_the_values(deployed):
    values = "kubernetes: {imagePullSecrets: [pull]}\nimages: {pullPolicy: Always}\n"
    pod = spec_of(deployed(values))
    assert pod["imagePullSecrets"] == [{"name": "pull"}]
    assert pod["containers"][0]["imagePullPolicy"] == "Always"


def test_tuning_reaches_the_container_of_the_workload_s_name_only(deployed):
    probe = {"httpGet": {"path": "/", "port": "http"}, "periodSeconds": 5}
    web = {"name": "web", "image": "a:1.0", "livenessProbe": probe}
    resources = {"requests": {"cpu": "1"}}
    manifest = deployed(
        pod={"containers": [web, {"name": "side", "image": "b:1.0"}]},
        tuning={
            "replicas": 2,
            "resources": resources,
            "probes": {"liveness": {"timeoutSeconds": 9}, "startup": {"periodSeconds": 1}},
            "nodeSelector": {"disk": "ssd"},
            "tolerations": [],
            "podAnnotations": {"note": "x"},
        },
    )
    ours, side = spec_of(manifest)["containers"]
    assert manifest["spec"]["replicas"] == 2
    assert ours["resources"] == resources
    assert ours["livenessProbe"] == {**probe, "timeoutSeconds": 9}
    assert "startupProbe" not in ours
    assert "resources" not in side
    assert spec_of(manifest)["nodeSelector"] == {"disk": "ssd"}
    assert "tolerations" not in spec_of(manifest)
    assert manifest["spec"]["template"]["metadata"]["annotations"] == {"note": "x"}


def test_a_stateless_deployment_is_rolled_without_a_gap(deployed):
    rolling = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}}
    assert deployed(stateless=True)["spec"]["strategy"] == rolling
    assert "strategy" not in deployed()["spec"]


def availability_of(compose, parts, values, tuning):
    output = parts.deploy("web")
    output["workloads"]["deployment/web"]["tuning"] = tuning
    bundle = compose(output, values)
    return {item.kind: item.manifest.get("spec") for item in bundle.items}


def test_one_pod_gets_no_budget_and_no_spread(compose, parts):
    found = availability_of(compose, parts, "", {"replicas": 1})
    assert "PodDisruptionBudget" not in found
    assert "topologySpreadConstraints" not in found["Deployment"]["template"]["spec"]


@pytest.mark.parametrize(
    ("spread", "hosts"), [("preferred", "ScheduleAnyway"), ("required", "DoNotSchedule")]
)
def test_two_pods_get_a_budget_and_are_spread(compose, parts, spread, hosts):
    found = availability_of(
        compose, parts, f"availability: {{spread: {spread}}}\n", {"replicas": 2}
    )
    assert found["PodDisruptionBudget"]["maxUnavailable"] == 1
    constraints = found["Deployment"]["template"]["spec"]["topologySpreadConstraints"]
    assert {c["topologyKey"]: c["whenUnsatisfiable"] for c in constraints} == {
        "kubernetes.io/hostname": hosts,
        "topology.kubernetes.io/zone": "ScheduleAnyway",
    }


def test_budgets_and_spread_can_be_left_out(compose, parts):
    values = "availability: {spread: none, disruptionBudgets: false}\n"
    found = availability_of(compose, parts, values, {"replicas": 2})
    assert "PodDisruptionBudget" not in found
    assert "topologySpreadConstraints" not in found["Deployment"]["template"]["spec"]


def test_an_autoscaler_owns_the_number_of_pods(compose, parts):
    tuning = {"replicas": 7, "autoscaling": {"enabled": True, "minReplicas": 2, "maxReplicas": 5}}
    found = availability_of(compose, parts, "", tuning)
    scaler = found["HorizontalPodAutoscaler"]
    assert (scaler["minReplicas"], scaler["maxReplicas"]) == (2, 5)
    assert scaler["scaleTargetRef"]["name"] == "web"
    assert "replicas" not in found["Deployment"]
    assert "PodDisruptionBudget" in found


def test_labels_name_each_object_and_the_operator_s_own_come_along(deployed):
    values = "kubernetes: {labels: {team: data}, annotations: {cost: low}}\n"
    manifest = deployed(values)
    assert manifest["metadata"]["labels"] == {
        "app.kubernetes.io/name": "web",
        "app.kubernetes.io/component": "toy",
        "app.kubernetes.io/part-of": "aspects",
        "app.kubernetes.io/managed-by": "aspects-gen",
        "team": "data",
    }
    assert manifest["metadata"]["annotations"]["cost"] == "low"
    assert manifest["spec"]["selector"] == {"matchLabels": {"app.kubernetes.io/name": "web"}}


@pytest.mark.parametrize(
    ("facts", "level"),
    [({}, "restricted"), ({"exception": {"why": "reads logs", "allow": []}}, "privileged")],
)
def test_the_namespace_enforces_the_strictest_level_that_its_pods_allow(
    compose, parts, find, facts, level
):
    output = parts.deploy("web")
    output["workloads"]["deployment/web"].update(facts)
    labels = find(compose(output), "Namespace", "aspects")["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == level
    assert labels["pod-security.kubernetes.io/warn"] == "restricted"
    assert labels["pod-security.kubernetes.io/audit"] == "restricted"


def test_a_namespace_of_someone_else_is_only_named(compose, parts, find):
    values = "kubernetes: {manageNamespace: false, namespace: shared}\n"
    bundle = compose(parts.deploy("web"), values)
    assert find(bundle, "Namespace", "shared") is None
    assert {item.manifest["metadata"]["namespace"] for item in bundle.items} == {"shared"}


def with_data(parts):
    output = parts.deploy("web")
    store = parts.workload("StatefulSet", "store")
    modes = {"accessModes": ["ReadWriteOnce"]}
    store["spec"]["volumeClaimTemplates"] = [
        {"metadata": {"name": "a"}, "spec": dict(modes)},
        {"metadata": {"name": "b"}, "spec": {**modes, "storageClassName": "own"}},
    ]
    output["objects"].append(store)
    output["workloads"]["statefulset/store"] = {"uid": 1000}
    return output


def test_what_holds_data_is_removed_only_when_a_person_confirms(compose, parts):
    guarded = {
        item.id
        for item in compose(with_data(parts)).items
        if "Delete=confirm"
        in item.manifest["metadata"]
        .get("annotations", {})
        .get("argocd.argoproj.io/sync-options", "")
    }
    assert guarded == {"namespace/aspects", "statefulset/store"}


@pytest.mark.parametrize(("chosen", "classes"), [("", [None, "own"]), ("fast", ["fast", "own"])])
def test_a_claim_without_a_storage_class_takes_the_environment_s(
    compose, parts, find, chosen, classes
):
    bundle = compose(with_data(parts), f"kubernetes: {{storageClass: '{chosen}'}}\n")
    claims = find(bundle, "StatefulSet", "store")["spec"]["volumeClaimTemplates"]
    assert [claim["spec"].get("storageClassName") for claim in claims] == classes


def configured(parts, **texts):
    output = parts.deploy("web", "idle", files={"web-config": texts})
    volumes = [{"name": "config", "configMap": {"name": "web-config", "defaultMode": 0o500}}]
    spec_of(output["objects"][0])["volumes"] = volumes
    volumes = [{"name": "config", "configMap": {"name": "web-config"}}]
    return {**output, "jobs": [parts.job("fill", volumes=volumes), parts.job("rest")]}


def test_a_changed_file_restarts_its_readers_and_nobody_else(compose, parts, find):
    old = compose(configured(parts, a="1\n"))
    new = compose(configured(parts, a="2\n"))
    same = compose(configured(parts, a="1\n"))

    def checksum(bundle, name):
        metadata = find(bundle, "Deployment", name)["spec"]["template"]["metadata"]
        return metadata.get("annotations", {}).get("checksum/config")

    assert checksum(old, "web") == checksum(same, "web") != checksum(new, "web")
    assert checksum(old, "idle") is None
    assert old.job_names == same.job_names
    assert old.job_names["job/fill"] != new.job_names["job/fill"]
    assert old.job_names["job/rest"] == new.job_names["job/rest"]


def test_a_rotation_of_secrets_restarts_their_readers_and_nobody_else(compose, parts, find):
    env = [{"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "keys", "key": "key"}}}]
    output = parts.deploy("web", "idle")
    spec_of(output["objects"][0])["containers"][0]["env"] = env
    bundle = compose(output, "secrets: {rotation: 3}\n")
    stamps = [
        find(bundle, "Deployment", name)["spec"]["template"]["metadata"].get("annotations")
        for name in ("web", "idle")
    ]
    assert stamps == [{"aspects/secrets-rotation": "3"}, None]


def test_files_in_folders_are_shown_at_their_paths(compose, parts, find):
    bundle = compose(configured(parts, **{"a.conf": "1\n", "deep/b.conf": "2\n"}))
    (volume,) = spec_of(find(bundle, "Deployment", "web"))["volumes"]
    assert volume["configMap"] == {
        "name": "web-config",
        "defaultMode": 0o500,
        "items": [
            {"key": "a.conf", "path": "a.conf"},
            {"key": "deep__b.conf", "path": "deep/b.conf"},
        ],
    }
    generator = yaml.safe_load(build_tree(bundle)["toy/kustomization.yaml"])["configMapGenerator"]
    assert generator[0]["files"] == [
        "files/web-config/a.conf",
        "deep__b.conf=files/web-config/deep/b.conf",
    ]


def test_what_is_too_large_for_one_configmap_is_split_and_mounted_as_one(compose, parts, find):
    large = "x" * (LIMIT_BYTES // 2)
    bundle = compose(configured(parts, a=large, b=large, c="small\n"))
    assert {name: list(files.files) for name, files in bundle.files.items()} == {
        "web-config": ["a"],
        "web-config-2": ["b", "c"],
    }
    (volume,) = spec_of(find(bundle, "Deployment", "web"))["volumes"]
    assert volume["projected"] == {
        "defaultMode": 0o500,
        "sources": [
            {"configMap": {"name": "web-config"}},
            {"configMap": {"name": "web-config-2"}},
        ],
    }


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"a": "x" * (LIMIT_BYTES + 1)}, "web-config: a is over"),
        ({"a b": "x"}, "'a b' cannot be a ConfigMap key"),
        ({"a/b": "x", "a__b": "y"}, "'a__b' cannot be a ConfigMap key beside a/b"),
    ],
)
def test_a_file_that_no_configmap_can_hold_is_a_defect_of_the_service(
    compose, parts, files, words
):
    with pytest.raises(ValueError, match=words):
        compose(configured(parts, **files))


def test_texts_are_tidied_for_every_yaml_reader():
    assert tidy_text("a\tb \r\n  c  \n") == "a   b\n  c\n"
    assert tidy_text("as it is\n") == "as it is\n"
