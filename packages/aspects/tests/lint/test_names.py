"""Names, labels and annotations that the API server takes."""

import pytest

LONG = "a" * 64


def rename(demo, item_id, name):
    """Rename an object everywhere that composition knows it by its id."""
    item = demo.item(item_id)
    item.manifest["metadata"]["name"] = name
    demo.bundle.waves[item.id] = demo.bundle.waves[item_id]
    if item_id in demo.bundle.workloads:
        demo.bundle.workloads[item.id] = demo.bundle.workloads[item_id]


@pytest.mark.parametrize("name", ["Tidy", "tidy_up", "-tidy", "tidy."])
def test_name_must_be_valid(demo, name):
    rename(demo, "cronjob/tidy", name)
    assert demo.found() == [("L201", f"CronJob/{name}", f"{name!r} is no valid name of a CronJob")]


def test_service_name_begins_with_a_letter(demo):
    demo.add("Service", "1st", spec={"ports": [{"port": 1}]})
    assert demo.found() == [("L201", "Service/1st", "'1st' is no valid name of a Service")]


def test_role_name_may_have_colons(demo):
    rules = [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]
    demo.add("Role", "a:b", "rbac.authorization.k8s.io/v1", rules=rules)
    assert {rule for rule, *_ in demo.found()} == {"L142"}


def test_config_map_name_must_be_valid(demo):
    demo.bundle.files["Bad"] = demo.bundle.files["web-config"]
    found = [finding for finding in demo.found() if finding[0] == "L201"]
    assert found == [
        ("L201", "ConfigMap/Bad", "'Bad' is no valid name of a ConfigMap and its label")
    ]


@pytest.mark.parametrize(("size", "is_fine"), [(52, True), (53, False)])
def test_cron_job_name_leaves_room_for_its_jobs(demo, size, is_fine):
    name = "t" * size
    rename(demo, "cronjob/tidy", name)
    problem = f"the name {name} has {size} characters, more than the 52 that fit"
    assert demo.found() == ([] if is_fine else [("L202", f"CronJob/{name}", problem)])


def test_job_name_is_measured_with_its_hash(demo):
    name = f"{'j' * 55}-0a1b2c3d"
    demo.bundle.job_names["job/prepare"] = name
    problem = f"the name {name} has 64 characters, more than the 63 that fit"
    assert demo.found() == [("L202", "Job/prepare", problem)]


@pytest.mark.parametrize(
    ("labels", "shown"),
    [
        ({"team": "a b"}, "team='a b'"),
        ({"team": LONG}, f"team={LONG!r}"),
        ({"team": 1}, "team=1"),
        ({"-team": "a"}, "-team='a'"),
        ({"Example.org/team": "a"}, "Example.org/team='a'"),
    ],
)
def test_label_must_be_valid(demo, labels, shown):
    demo.metadata("service/web")["labels"] |= labels
    assert demo.found() == [("L203", "Service/web", f"the label {shown} is not valid")]


def test_label_of_pods_must_be_valid(demo):
    demo.item("statefulset/store").manifest["spec"]["template"]["metadata"]["labels"]["a"] = "é"
    assert demo.found() == [("L203", "StatefulSet/store", "the pod label a='é' is not valid")]


def test_bad_label_of_the_values_is_blamed_on_its_key(demo):
    demo.bundle.settings["kubernetes"]["labels"] = {"team": "a b"}
    demo.metadata("service/web")["labels"]["team"] = "a b"
    (finding,) = demo.findings()
    assert finding.key == ("kubernetes", "labels", "team")


@pytest.mark.parametrize(("key", "value"), [("a b", "x"), ("example.org/", "x"), ("a", True)])
def test_annotation_must_be_valid(demo, key, value):
    demo.metadata("service/web").setdefault("annotations", {})[key] = value
    problem = f"the annotation {key}={value!r} is not valid"
    assert demo.found() == [("L204", "Service/web", problem)]


def test_annotations_must_fit(demo):
    demo.metadata("service/web")["annotations"] = {"note": "x" * 262_144}
    found = {rule: problem for rule, _, problem in demo.found()}
    assert "L204" in found
    assert found["L204"].startswith("the annotations take 2621")


def test_env_names_are_valid(demo):
    demo.container("deployment/web")["env"].append({"name": "1 A", "value": "x"})
    problem = "container web: '1 A' is no valid env name"
    assert demo.found() == [("L205", "Deployment/web", problem)]


def test_env_is_set_once(demo):
    demo.container("deployment/web")["env"] += [{"name": "MODE", "value": v} for v in "ab"]
    problem = "container web sets MODE twice; the last one wins silently"
    assert demo.found() == [("L205", "Deployment/web", problem)]


def test_container_names_are_unique(demo):
    pod = demo.pod("job/prepare")
    pod["initContainers"] = [dict(pod["containers"][0])]
    assert demo.found() == [("L206", "Job/prepare", "2 containers are named prepare")]


def test_container_name_is_valid(demo):
    demo.container("job/prepare")["name"] = "Prepare"
    assert demo.found() == [("L206", "Job/prepare", "'Prepare' is no valid container name")]


@pytest.mark.parametrize("name", ["a" * 16, "8080", "http_x", "a--b"])
def test_port_name_is_valid(demo, name):
    ports = demo.container("deployment/web")["ports"]
    ports.append({"name": name, "containerPort": 9000})
    assert demo.found() == [("L207", "Deployment/web", f"{name!r} is no valid port name")]


def test_port_names_are_unique(demo):
    ports = demo.container("deployment/web")["ports"]
    ports.append({"name": "http", "containerPort": 9000})
    assert demo.found() == [("L207", "Deployment/web", "2 ports are named http")]


def test_ports_of_a_service_are_named_where_there_are_several(demo):
    demo.spec("service/web")["ports"].append({"port": 81, "targetPort": "http"})
    problem = "a port has no name, though there are several"
    assert demo.found() == [("L207", "Service/web", problem)]


def test_object_is_emitted_once(demo):
    demo.bundle.add("other", demo.item("service/web").manifest)
    assert demo.found() == [("L208", "Service/web", "demo and other both emit it")]


def test_config_map_is_not_both_object_and_files(demo):
    demo.add("ConfigMap", "web-config", data={"web.conf": "x"})
    problem = "demo emits it as an object and demo as files"
    assert ("L208", "ConfigMap/web-config", problem) in demo.found()


def test_object_stands_in_the_namespace(demo):
    demo.metadata("cronjob/tidy")["namespace"] = "other"
    problem = "its namespace is other, where it must be aspects"
    assert demo.found() == [("L209", "CronJob/tidy", problem)]


def test_cluster_scoped_object_has_no_namespace(demo):
    demo.metadata("clusterrole/aspects-tidy")["namespace"] = "aspects"
    problem = "its namespace is aspects, where it must be none"
    assert demo.found() == [("L209", "ClusterRole/aspects-tidy", problem)]


def test_cluster_scoped_name_begins_with_the_namespace(demo):
    manifest = demo.add("PriorityClass", "urgent", "scheduling.k8s.io/v1", value=1)
    del manifest["metadata"]["namespace"]
    problem = "the name does not begin with aspects-: a second installation would share it"
    assert demo.found() == [("L210", "PriorityClass/urgent", problem)]


def test_object_carries_its_component(demo):
    del demo.metadata("service/web")["labels"]["app.kubernetes.io/component"]
    problem = "lacks the label app.kubernetes.io/component"
    assert demo.found() == [("L211", "Service/web", problem)]
