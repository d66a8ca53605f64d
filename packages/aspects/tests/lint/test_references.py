"""What pods name must be there: ConfigMaps, Secrets, accounts, claims, classes; volumes and mounts."""

import pytest


def config_map_env(name, key, **more):
    reference = {"name": name, "key": key, **more}
    return {"name": "MODE", "valueFrom": {"configMapKeyRef": reference}}


def secret_env(name, key, **more):
    return {"name": "CODE", "valueFrom": {"secretKeyRef": {"name": name, "key": key, **more}}}


def add_volume(demo, source, item_id="deployment/web", **mount):
    pod = demo.pod(item_id)
    pod["volumes"].append({"name": "extra", **source})
    where = {"name": "extra", "mountPath": "/extra", **mount}
    demo.container(item_id).setdefault("volumeMounts", []).append(where)


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        (
            config_map_env("absent", "mode"),
            "container web, env MODE names the ConfigMap absent, which nothing emits",
        ),
        (
            config_map_env("web-config", "mode"),
            "container web, env MODE names the key mode, which ConfigMap web-config lacks",
        ),
    ],
)
def test_config_map_of_env_must_exist(demo, entry, problem):
    demo.container("deployment/web")["env"].append(entry)
    assert demo.found() == [("L101", "Deployment/web", problem)]


def test_optional_config_map_may_be_missing(demo):
    entry = config_map_env("absent", "mode", optional=True)
    demo.container("deployment/web")["env"].append(entry)
    assert demo.found() == []


def test_config_map_of_env_from_must_exist(demo):
    demo.container("deployment/web")["envFrom"] = [{"configMapRef": {"name": "absent"}}]
    problem = "container web, envFrom names the ConfigMap absent, which nothing emits"
    assert demo.found() == [("L101", "Deployment/web", problem)]


def test_key_of_projected_config_map_must_exist(demo):
    source = {"configMap": {"name": "web-config", "items": [{"key": "no.conf", "path": "no"}]}}
    add_volume(demo, {"projected": {"sources": [source]}})
    problem = "volume extra names the key no.conf, which ConfigMap web-config lacks"
    assert demo.found() == [("L101", "Deployment/web", problem)]


def test_config_map_that_the_operator_names_may_be_made_elsewhere(compose_demo, broken):
    demo = broken(compose_demo("site: {lmsHost: a.example.org}\ndemo: {ca: {configMap: site-ca}}"))
    add_volume(demo, {"configMap": {"name": "site-ca"}})
    assert "L101" not in {rule for rule, *_ in demo.found()}


def test_config_map_object_counts_with_its_keys(demo):
    demo.add("ConfigMap", "modes", data={"mode": "fast"})
    demo.bundle.waves["configmap/modes"] = 2
    demo.container("deployment/web")["env"].append(config_map_env("modes", "mode"))
    assert demo.found() == []


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        (
            secret_env("absent", "code"),
            "container web, env CODE names the Secret absent, which nobody declares",
        ),
        (
            secret_env("demo", "code"),
            "container web, env CODE names the key code, undeclared in Secret demo",
        ),
    ],
)
def test_secret_of_env_must_be_declared(demo, entry, problem):
    demo.container("deployment/web")["env"].append(entry)
    assert demo.found() == [("L102", "Deployment/web", problem)]


def test_secret_of_volume_must_be_declared(demo):
    add_volume(demo, {"secret": {"secretName": "absent"}})
    problem = "volume extra names the Secret absent, which nobody declares"
    assert demo.found() == [("L102", "Deployment/web", problem)]


def test_secret_key_of_volume_must_be_declared(demo):
    items = [{"key": "code", "path": "code"}]
    add_volume(demo, {"secret": {"secretName": "demo", "items": items}})
    problem = "volume extra names the key code, undeclared in Secret demo"
    assert demo.found() == [("L102", "Deployment/web", problem)]


def test_secret_that_another_service_declares_is_not_for_all(demo):
    demo.bundle.readers["demo"] = {"other"}
    problem = "reads the Secret demo, which only other declares"
    assert demo.found() == [("L307", "Deployment/web", problem)]


def test_pull_secret_must_be_named_in_values(demo):
    demo.pod("deployment/web")["imagePullSecrets"] = [{"name": "registry"}]
    problem = "pulls images with the Secret registry, which nobody declares"
    assert demo.found() == [("L103", "Deployment/web", problem)]


def test_pull_secret_of_values_is_accepted(demo):
    demo.bundle.settings["kubernetes"]["imagePullSecrets"] = ["registry"]
    demo.pod("deployment/web")["imagePullSecrets"] = [{"name": "registry"}]
    assert demo.found() == []


def test_account_must_be_emitted(demo):
    demo.pod("deployment/web")["serviceAccountName"] = "absent"
    problem = "runs as the ServiceAccount absent, which nothing emits"
    assert demo.found() == [("L104", "Deployment/web", problem)]


def test_claim_must_be_emitted(demo):
    demo.bundle.settings["demo"]["web"]["autoscaling"] = {}
    add_volume(demo, {"persistentVolumeClaim": {"claimName": "absent"}}, "statefulset/store")
    problem = "volume extra names the claim absent, which nothing emits"
    assert demo.found() == [("L105", "StatefulSet/store", problem)]


def test_claim_of_a_stateful_set_is_found(demo):
    volume = {"name": "data", "persistentVolumeClaim": {"claimName": "data-store-0"}}
    demo.pod("cronjob/tidy")["volumes"] = [volume]
    demo.container("cronjob/tidy")["volumeMounts"] = [{"name": "data", "mountPath": "/data"}]
    assert demo.found() == []


def test_priority_class_must_be_known(demo):
    demo.pod("deployment/web")["priorityClassName"] = "urgent"
    problem = "names the PriorityClass urgent, which nothing emits"
    assert demo.found() == [("L106", "Deployment/web", problem)]


@pytest.mark.parametrize("name", ["system-node-critical", "aspects-urgent", "platform"])
def test_priority_class_may_be_built_in_emitted_or_chosen(demo, name):
    if name == "aspects-urgent":
        manifest = demo.add("PriorityClass", name, "scheduling.k8s.io/v1", value=1)
        del manifest["metadata"]["namespace"]
    demo.bundle.settings["demo"]["web"]["priorityClassName"] = "platform"
    demo.pod("deployment/web")["priorityClassName"] = name
    assert demo.found() == []


def test_config_map_that_no_pod_reads_is_reported(demo):
    files = demo.bundle.files["web-config"]
    demo.bundle.files["web-more"] = type(files)("demo", {"a.txt": "a\n"})
    (finding,) = demo.findings()
    assert (finding.rule, finding.severity) == ("L107", "warning")
    assert (finding.object, finding.file) == (
        "ConfigMap/web-more",
        "demo/files/web-more/a.txt",
    )


def test_mount_must_name_a_volume(demo):
    mounts = demo.container("deployment/web")["volumeMounts"]
    mounts.append({"name": "absent", "mountPath": "/absent"})
    problem = "container web mounts the missing volume absent"
    assert demo.found() == [("L110", "Deployment/web", problem)]


def test_path_is_mounted_once(demo):
    add_volume(demo, {"emptyDir": {}}, mountPath="/etc/web/")
    problem = "container web mounts 2 volumes at /etc/web"
    assert demo.found() == [("L111", "Deployment/web", problem)]


def test_volume_names_differ(demo):
    demo.pod("statefulset/store")["volumes"].append({"name": "data", "emptyDir": {}})
    assert demo.found() == [("L112", "StatefulSet/store", "2 volumes are named data")]


def test_volume_must_be_mounted(demo):
    demo.pod("deployment/web")["volumes"].append({"name": "extra", "emptyDir": {}})
    assert demo.found() == [("L113", "Deployment/web", "no container mounts the volume extra")]


def test_file_of_config_map_is_not_mounted_by_sub_path(demo):
    demo.container("deployment/web")["volumeMounts"][0]["subPath"] = "web.conf"
    ((rule, _, problem),) = demo.found()
    assert rule == "L114"
    assert problem.startswith("container web mounts /etc/web by subPath")


def test_sub_path_of_other_volumes_is_fine(demo):
    add_volume(demo, {"emptyDir": {}}, subPath="part")
    assert demo.found() == []
