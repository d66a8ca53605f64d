"""Sizes, texts, order, Argo CD's objects, and services that are off."""

import pytest


def test_object_has_at_most_a_mebibyte(demo):
    demo.add("ConfigMap", "large", data={"text": "x" * 1_048_576})
    ((rule, name, problem),) = demo.found()
    assert (rule, name) == ("L601", "ConfigMap/large")
    assert problem.endswith("bytes of 1048576")


def test_files_of_a_config_map_have_at_most_a_mebibyte(demo):
    demo.bundle.files["web-config"].files["web.conf"] = "x y\n" * 262_144
    ((rule, name, problem),) = demo.found()
    assert (rule, name, problem) == (
        "L601",
        "ConfigMap/web-config",
        "takes 1048584 bytes of 1048576",
    )


def test_large_object_needs_server_side_apply(demo):
    demo.bundle.files["web-config"].files["web.conf"] = "x y\n" * 70_000
    assert demo.found() == []
    demo.bundle.settings["argocd"]["delivery"] = "none"
    (finding,) = demo.findings()
    assert (finding.rule, finding.severity) == ("L602", "warning")
    assert finding.problem == "takes 280008 bytes: client-side apply fails over 262144"
    assert finding.key == ("argocd", "delivery")


def test_application_set_applies_on_the_server_side(demo):
    demo.bundle.files["web-config"].files["web.conf"] = "x y\n" * 70_000
    demo.bundle.settings["argocd"]["delivery"] = "application-set"
    assert demo.found() == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a\tb\n", "tabs"),
        ("a\r\n", "carriage returns"),
        ("a \nb\n", "blanks at the ends of lines"),
        ("a\n ", "blanks at the end"),
        ("a\t \n", "tabs and blanks at the ends of lines"),
    ],
)
def test_text_is_readable(demo, text, words):
    demo.extra["lms/settings.py"] = text
    (finding,) = demo.findings()
    assert (finding.rule, finding.severity) == ("L603", "warning")
    assert (finding.object, finding.problem) == ("File/lms/settings.py", f"contains {words}")


def test_client_starts_after_what_it_waits_for(demo):
    demo.bundle.waves["deployment/web"] = demo.bundle.waves["statefulset/store"]
    found = demo.found()
    assert [(rule, name) for rule, name, _ in found] == [("L701", "Deployment/web")] * 2
    assert found[0][2] == "wave 3 is not after job/prepare in wave 4: needs tables"
    assert found[1][2] == "wave 3 is not after statefulset/store in wave 3: reads rows"


def test_job_starts_after_what_it_names(demo):
    demo.bundle.waves["job/prepare"] = 3
    problem = "wave 3 is not after statefulset/store in wave 3: makes the tables"
    assert demo.found() == [("L701", "Job/prepare", problem)]


def test_client_that_does_not_wait_may_start_first(demo):
    demo.bundle.waves["job/prepare"] = 9
    demo.bundle.waves["deployment/web"] = 10
    demo.bundle.endpoints["demo/web"] = {
        "name": "web",
        "host": "web",
        "port": 80,
        "tls": False,
        "workload": "deployment/web",
    }
    need = {"client": "job/prepare", "endpoint": "demo/web", "why": "asks", "wait": False}
    demo.bundle.needs.append(need)
    assert demo.found() == []


@pytest.mark.parametrize("kind", ["ServiceAccount", "ExternalSecret"])
def test_pod_starts_after_what_it_reads(demo, kind):
    api = "external-secrets.io/v1" if kind == "ExternalSecret" else "v1"
    if kind == "ExternalSecret":
        demo.add(kind, "demo", api)
    key = "externalsecret/demo" if kind == "ExternalSecret" else "serviceaccount/aspects-demo"
    demo.bundle.waves[key] = demo.bundle.waves["deployment/web"]
    found = [problem for rule, name, problem in demo.found() if name == "Deployment/web"]
    assert found == [f"wave 5 is not after {key} in wave 5"]


def test_pod_starts_after_its_config_maps(demo):
    demo.bundle.waves |= {"deployment/web": 2, "statefulset/store": 1, "job/prepare": 1}
    found = {(rule, problem) for rule, name, problem in demo.found() if name == "Deployment/web"}
    assert ("L702", "wave 2 is not after configmap/web-config in wave 2") in found


def add_claim(demo, wave):
    manifest = demo.add("PersistentVolumeClaim", "files", spec={"accessModes": ["ReadWriteMany"]})
    options = {"argocd.argoproj.io/sync-options": "Prune=confirm,Delete=confirm"}
    manifest["metadata"]["annotations"] = options
    demo.bundle.waves["persistentvolumeclaim/files"] = wave
    volume = {"name": "files", "persistentVolumeClaim": {"claimName": "files"}}
    demo.pod("deployment/web")["volumes"].append(volume)
    mount = {"name": "files", "mountPath": "/files"}
    demo.container("deployment/web")["volumeMounts"].append(mount)


@pytest.mark.parametrize("wave", [4, 6])
def test_claim_is_in_the_wave_of_its_first_pod(demo, wave):
    add_claim(demo, wave)
    problem = f"wave {wave} is not wave 5, in which a pod first mounts it"
    assert demo.found() == [("L703", "PersistentVolumeClaim/files", problem)]


def test_claim_beside_its_pod_is_fine(demo):
    add_claim(demo, 5)
    assert demo.found() == []


def test_job_carries_a_hash(demo):
    demo.bundle.job_names["job/prepare"] = "prepare"
    problem = "the name prepare carries no hash of the content: a change cannot be applied"
    assert demo.found() == [("L704", "Job/prepare", problem)]


def test_job_does_not_delete_itself(demo):
    demo.spec("job/prepare")["ttlSecondsAfterFinished"] = 60
    problem = "ttlSecondsAfterFinished deletes it, and the next sync runs it again"
    assert demo.found() == [("L705", "Job/prepare", problem)]


def test_job_of_a_cron_job_may_delete_itself(demo):
    demo.spec("cronjob/tidy")["jobTemplate"]["spec"]["ttlSecondsAfterFinished"] = 60
    assert demo.found() == []


@pytest.mark.parametrize("field", ["backoffLimit", "activeDeadlineSeconds"])
def test_job_is_bounded(demo, field):
    del demo.spec("job/prepare")[field]
    del demo.spec("cronjob/tidy")["jobTemplate"]["spec"][field]
    assert demo.found() == [
        ("L706", "CronJob/tidy", f"has no {field}"),
        ("L706", "Job/prepare", f"has no {field}"),
    ]


@pytest.mark.parametrize("name", ["argocd.argoproj.io/hook", "helm.sh/hook"])
def test_nothing_is_a_hook(demo, name):
    demo.metadata("job/prepare")["annotations"][name] = "PreSync"
    problem = f"the annotation {name} takes it out of the order and of the diff"
    assert demo.found() == [("L707", "Job/prepare", problem)]


def test_data_is_not_deleted_unasked(demo):
    del demo.metadata("statefulset/store")["annotations"]["argocd.argoproj.io/sync-options"]
    problem = "Argo CD would prune it, with its data, without asking"
    assert demo.found() == [("L708", "StatefulSet/store", problem)]


PROJECT = """
kind: AppProject
metadata: {name: aspects-site}
spec:
  destinations: [{namespace: NAMESPACE}]
  clusterResourceWhitelist: [{group: "", kind: Namespace}, {group: "", kind: Node}]
"""


def test_project_allows_exactly_what_is_emitted(demo):
    demo.extra["argocd/appproject.yaml"] = PROJECT.replace("NAMESPACE", "aspects")
    found = [(name, problem) for rule, name, problem in demo.found() if rule == "L709"]
    name = "AppProject/aspects-site"
    group = "rbac.authorization.k8s.io"
    assert (name, "clusterResourceWhitelist allows Node, which nothing emits") in found
    assert (name, f"clusterResourceWhitelist lacks {group}/ClusterRole") in found
    assert (name, "namespaceResourceWhitelist lacks Service") in found
    assert (name, "namespaceResourceWhitelist lacks ConfigMap") in found
    assert (name, "clusterResourceWhitelist lacks Namespace") not in found


def test_project_reaches_one_namespace(demo):
    demo.extra["argocd/appproject.yaml"] = PROJECT.replace("NAMESPACE", "'*'")
    found = [finding for finding in demo.found() if finding[0] == "L710"]
    problem = "reaches the namespace *, not aspects"
    assert found == [("L710", "AppProject/aspects-site", problem)]


def test_deployment_without_argocd_has_no_project_to_judge(demo):
    demo.bundle.settings["argocd"]["delivery"] = "none"
    assert demo.found() == []


@pytest.fixture
def without_other(compose_demo, broken, toy):
    """The demonstration beside a service `other` that is off."""
    values = "site: {lmsHost: a.example.org}\nimages: {registry: r.example.org}\n"
    values += "toy: {enabled: false}\nmonitoring: {enabled: true}\n"
    return broken(compose_demo(values, toy=toy()))


def test_service_that_is_off_leaves_nothing(without_other):
    assert without_other.found() == []


def test_object_of_a_service_that_is_off_is_reported(without_other):
    without_other.add("Service", "toy-web", spec={})
    ((rule, name, problem),) = without_other.found()
    assert (rule, name, problem) == ("L801", "Service/toy-web", "belongs to toy, which is off")


def test_selector_of_a_service_that_is_off_is_reported(without_other):
    selector = {"matchLabels": {"app.kubernetes.io/name": "toy"}}
    spec = {"podSelector": selector, "ingress": [{"from": []}]}
    without_other.add("NetworkPolicy", "extra", "networking.k8s.io/v1", spec=spec)
    assert without_other.found() == [
        ("L135", "NetworkPolicy/extra", "podSelector selects no pods"),
        ("L801", "NetworkPolicy/extra", "selects pods of toy, which is off"),
    ]


def test_address_in_env_of_a_service_that_is_off_is_reported(without_other):
    env = without_other.container("deployment/web")["env"]
    env += [{"name": "TOY_HOST", "value": "toy"}, {"name": "BACKEND", "value": "toy"}]
    (finding,) = without_other.findings()
    assert finding.problem == "env TOY_HOST is the address of toy, which is off"
    assert finding.key == ("toy", "enabled")


@pytest.mark.parametrize(
    "text",
    ["http://toy:80/x", "http://toy-web/", "amqp://u@toy:1", "toy.aspects.svc.cluster.local:80"],
)
def test_address_in_a_text_of_a_service_that_is_off_is_reported(without_other, text):
    without_other.extra["demo/files/web-config/web.conf"] = f"a\nurl = {text}\n"
    problem = "line 2 holds an address of toy, which is off"
    assert without_other.found() == [("L801", "File/demo/files/web-config/web.conf", problem)]


@pytest.mark.parametrize(
    "text",
    ["import toy", "https://toy.example.org/", "https://example.org/toy/", "a-toy.aspects.svc"],
)
def test_same_word_elsewhere_is_fine(without_other, text):
    without_other.extra["demo/files/web-config/web.conf"] = f"{text}\n"
    assert without_other.found() == []
