"""Resources, probes, budgets, autoscalers, volumes; and images."""

import pytest


@pytest.mark.parametrize(
    ("resources", "lacking"),
    [
        ({}, "requests.cpu, requests.memory, limits.memory"),
        ({"requests": {"cpu": "1", "memory": "1Gi"}}, "limits.memory"),
        ({"requests": {"memory": "1Gi"}, "limits": {"memory": "1Gi"}}, "requests.cpu"),
    ],
)
def test_container_must_name_its_resources(demo, resources, lacking):
    demo.container("job/prepare")["resources"] = resources
    problem = f"container prepare lacks {lacking}"
    assert demo.found() == [("L401", "Job/prepare", problem)]


def test_resources_of_the_main_container_are_blamed_on_their_key(demo):
    demo.container("statefulset/store")["resources"] = {}
    (finding,) = demo.findings()
    assert finding.key == ("demo", "store", "resources")


def test_resources_of_a_sidecar_are_blamed_on_the_service(demo):
    pod = demo.pod("statefulset/store")
    pod["containers"].append(
        {**pod["containers"][0], "name": "side", "resources": {}, "ports": []}
    )
    pod["containers"][1]["livenessProbe"] = {"exec": {"command": ["true"]}}
    keys = {finding.key for finding in demo.findings() if finding.rule == "L401"}
    assert keys == {("demo",)}


@pytest.mark.parametrize(
    ("request_", "limit", "is_fine"),
    [
        ("64Mi", "64Mi", True),
        ("1Gi", "1000Mi", False),
        ("1G", "1Gi", True),
        ("1500m", "1.5", True),
        ("2", "1500m", False),
    ],
)
def test_request_is_within_its_limit(demo, request_, limit, is_fine):
    resources = demo.container("job/prepare")["resources"]
    demo.container("job/prepare")["resources"] = {
        "requests": {**resources["requests"], "memory": request_},
        "limits": {"memory": limit},
    }
    problem = f"container prepare requests {request_} of memory, over its limit {limit}"
    assert demo.found() == ([] if is_fine else [("L402", "Job/prepare", problem)])


def test_limit_without_a_request_is_fine(demo):
    demo.container("job/prepare")["resources"]["limits"]["ephemeral-storage"] = "1Gi"
    assert demo.found() == []


@pytest.mark.parametrize("probe", ["readiness", "liveness"])
def test_container_that_serves_has_probes(demo, probe):
    del demo.container("deployment/web")[f"{probe}Probe"]
    problem = f"container web serves without a {probe} probe"
    assert demo.found()[0] == ("L403", "Deployment/web", problem)


def test_container_that_only_runs_has_a_liveness_probe(demo):
    demo.remove("service/store")
    del demo.container("statefulset/store")["livenessProbe"]
    found = [finding for finding in demo.found() if finding[0] in ("L403", "L404")]
    problem = "container store has no liveness probe"
    assert found == [("L404", "StatefulSet/store", problem)]


@pytest.mark.parametrize(
    ("spec", "shown"),
    [
        ({"minAvailable": 2}, "minAvailable 2 of 2 pods"),
        ({"minAvailable": "100%"}, "minAvailable 100% of 2 pods"),
        ({"minAvailable": "51%"}, "minAvailable 51% of 2 pods"),
        ({"maxUnavailable": 0}, "maxUnavailable 0 of 2 pods"),
        ({"maxUnavailable": "0%"}, "maxUnavailable 0% of 2 pods"),
    ],
)
def test_budget_leaves_room(demo, spec, shown):
    budget = demo.spec("poddisruptionbudget/web")
    del budget["maxUnavailable"]
    budget.update(spec)
    problem = f"{shown} lets none go: drains never end"
    assert demo.found() == [("L405", "PodDisruptionBudget/web", problem)]


@pytest.mark.parametrize("spec", [{"minAvailable": 1}, {"minAvailable": "50%"}])
def test_budget_with_room_is_fine(demo, spec):
    budget = demo.spec("poddisruptionbudget/web")
    del budget["maxUnavailable"]
    budget.update(spec)
    assert demo.found() == []


def test_workload_of_several_pods_has_a_budget(demo):
    demo.remove("poddisruptionbudget/web")
    problem = "2 pods and no PodDisruptionBudget"
    assert demo.found() == [("L406", "Deployment/web", problem)]


def test_budgets_may_be_off(demo):
    demo.remove("poddisruptionbudget/web")
    demo.bundle.settings["availability"]["disruptionBudgets"] = False
    assert demo.found() == []


@pytest.mark.parametrize(("count", "is_fine"), [(1, True), (2, False), (3, True), (4, False)])
def test_keepers_are_odd(demo, count, is_fine):
    item = demo.item("statefulset/store")
    item.manifest["metadata"]["name"] = "store-keeper"
    demo.bundle.waves[item.id] = 3
    item.manifest["spec"]["replicas"] = count
    found = [problem for rule, _, problem in demo.found() if rule == "L407"]
    assert found == ([] if is_fine else [f"{count} keepers bear no more losses than {count - 1}"])


def test_autoscaler_has_a_range(demo):
    demo.spec("horizontalpodautoscaler/web")["minReplicas"] = 5
    (finding,) = demo.findings()
    assert (finding.rule, finding.problem) == ("L408", "minReplicas 5 is over maxReplicas 4")
    assert finding.key == ("demo", "web", "autoscaling")


def test_autoscaler_alone_sets_the_number(demo):
    demo.spec("deployment/web")["replicas"] = 2
    problem = "deployment/web sets replicas too, so that each sync undoes the autoscaler"
    assert demo.found() == [("L408", "HorizontalPodAutoscaler/web", problem)]


def test_autoscaler_has_a_measure(demo):
    resources = {"requests": {"memory": "64Mi"}, "limits": {"memory": "64Mi"}}
    demo.container("deployment/web")["resources"] = resources
    problem = "a container of deployment/web requests no cpu, so that its use has no measure"
    assert ("L408", "HorizontalPodAutoscaler/web", problem) in demo.found()


def mount_claim(demo, mode):
    demo.remove("horizontalpodautoscaler/web")
    demo.remove("poddisruptionbudget/web")
    manifest = demo.add("PersistentVolumeClaim", "files", spec={"accessModes": [mode]})
    options = {"argocd.argoproj.io/sync-options": "Prune=confirm,Delete=confirm"}
    manifest["metadata"]["annotations"] = options
    demo.bundle.waves["persistentvolumeclaim/files"] = demo.bundle.waves["deployment/web"]
    volume = {"name": "files", "persistentVolumeClaim": {"claimName": "files"}}
    demo.pod("deployment/web")["volumes"].append(volume)
    mount = {"name": "files", "mountPath": "/files"}
    demo.container("deployment/web")["volumeMounts"].append(mount)


def test_rollout_does_not_need_a_volume_twice(demo):
    mount_claim(demo, "ReadWriteOnce")
    problem = "two pods at once would want the claim files, which one node holds"
    assert demo.found() == [("L409", "Deployment/web", problem)]


def test_shared_volume_or_recreation_is_fine(demo):
    mount_claim(demo, "ReadWriteMany")
    assert demo.found() == []
    demo.spec("persistentvolumeclaim/files")["accessModes"] = ["ReadWriteOnce"]
    demo.spec("deployment/web")["strategy"] = {"type": "Recreate"}
    assert demo.found() == []


DIGEST = f"@sha256:{'0' * 64}"


@pytest.mark.parametrize(
    ("reference", "problem"),
    [
        (f"docker.io/a/b{DIGEST}", "has no tag"),
        (f"registry:5000/b{DIGEST}", "has no tag"),
        (f"docker.io/a/b:latest{DIGEST}", "has the floating tag latest"),
        (f"docker.io/a/b:1.2-dev{DIGEST}", "has the floating tag 1.2-dev"),
        (f"docker.io/a/b:8{DIGEST}", "has the floating tag 8"),
    ],
)
def test_image_has_an_exact_tag(demo, reference, problem):
    demo.container("job/prepare")["image"] = reference
    assert demo.found() == [("L501", "Image/prepare", f"{reference} {problem}")]


@pytest.mark.parametrize("tag", ["1.2", "17.2", "v1.2.3", "0.57.1-distroless-libc", "2025-08-01"])
def test_exact_tag_is_fine(demo, tag):
    demo.container("job/prepare")["image"] = f"docker.io/a/b:{tag}{DIGEST}"
    assert demo.found() == []


def test_image_without_digest_is_reported_once(demo):
    for item_id in ("job/prepare", "cronjob/tidy"):
        demo.container(item_id)["image"] = "docker.io/example/demo:1.0"
    (finding,) = demo.findings()
    assert (finding.rule, finding.severity) == ("L502", "warning")
    assert finding.problem == "docker.io/example/demo:1.0 has no digest"
    assert finding.fix.startswith("run `aspects-gen images pin`")


def test_image_of_the_lock_is_named_by_its_component(demo):
    demo.bundle.images["painter"] = "docker.io/example/demo:1.0"
    demo.container("job/prepare")["image"] = "docker.io/example/demo:1.0"
    demo.bundle.settings["images"]["overrides"]["painter"] = {"tag": "1.0"}
    (finding,) = demo.findings()
    assert finding.object == "Image/painter"
    assert finding.key == ("images", "overrides", "painter")


def test_image_of_the_placeholder_registry_is_reported(demo):
    demo.container("job/prepare")["image"] = "registry.invalid/aspects/demo:1.0"
    (finding,) = demo.findings()
    assert (finding.rule, finding.severity) == ("L503", "warning")
    assert finding.key == ("images", "registry")
