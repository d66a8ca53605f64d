"""What pods may do, and where secrets may stand."""

import pytest

HEX = "8ced2f59f5c7bea3344e35d2d53e1f8f8eb9fcd8aa01"
MIXED = "s2SXapVePJq3PwCyEfj7epe4"


def context(demo):
    return demo.container("deployment/web")["securityContext"]


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("privileged", True, "container web is privileged"),
        ("allowPrivilegeEscalation", True, "container web may gain privileges"),
        ("runAsNonRoot", False, "container web may run as root"),
        ("runAsUser", 0, "container web runs as user 0"),
        ("procMount", "Unmasked", "container web sees all of /proc"),
        ("seccompProfile", {"type": "Unconfined"}, "container web has no seccomp profile"),
        ("capabilities", {"drop": []}, "container web does not drop every capability"),
        (
            "capabilities",
            {"drop": ["ALL"], "add": ["SYS_ADMIN", "NET_BIND_SERVICE"]},
            "container web adds the capabilities SYS_ADMIN",
        ),
        ("seLinuxOptions", {"type": "spc_t"}, "container web sets SELinux options"),
        ("seLinuxOptions", {"user": "u"}, "container web sets SELinux options"),
        ("appArmorProfile", {"type": "Unconfined"}, "container web is outside AppArmor"),
        ("windowsOptions", {"hostProcess": True}, "container web is a host process"),
    ],
)
def test_container_must_be_restricted(demo, field, value, problem):
    context(demo)[field] = value
    assert demo.found() == [("L301", "Deployment/web", problem)]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"hostNetwork": True}, "hostNetwork is on"),
        ({"hostPID": True}, "hostPID is on"),
        ({"hostIPC": True}, "hostIPC is on"),
    ],
)
def test_pod_must_be_restricted(demo, change, problem):
    demo.pod("deployment/web").update(change)
    assert demo.found() == [("L301", "Deployment/web", problem)]


def test_pod_must_set_harmless_kernel_parameters(demo):
    parameters = [{"name": "kernel.msgmax", "value": "1"}]
    parameters.append({"name": "net.ipv4.tcp_syncookies", "value": "1"})
    demo.pod("deployment/web")["securityContext"]["sysctls"] = parameters
    problem = "sets the kernel parameter kernel.msgmax"
    assert demo.found() == [("L301", "Deployment/web", problem)]


def test_pod_must_not_take_a_port_of_the_node(demo):
    demo.container("deployment/web")["ports"][0]["hostPort"] = 80
    problem = "container web takes a port of the node"
    assert demo.found() == [("L301", "Deployment/web", problem)]


def mount_node(demo):
    pod = demo.pod("deployment/web")
    pod["volumes"].append({"name": "logs", "hostPath": {"path": "/var/log"}})
    mounts = demo.container("deployment/web")["volumeMounts"]
    mounts.append({"name": "logs", "mountPath": "/var/log"})


def test_folder_of_the_node_must_be_declared(demo):
    mount_node(demo)
    assert demo.found() == [("L301", "Deployment/web", "volume logs is a hostPath")]


def test_declared_exception_is_accepted(demo):
    mount_node(demo)
    exception = {"why": "reads logs", "allow": ["hostPath"]}
    demo.bundle.workloads["deployment/web"]["exception"] = exception
    assert demo.found() == []


def test_exception_allows_no_more_than_is_used(demo):
    mount_node(demo)
    exception = {"why": "reads logs", "allow": ["hostPath", "privileged"]}
    demo.bundle.workloads["deployment/web"]["exception"] = exception
    problem = "the exception allows privileged, which the pod does not use"
    assert demo.found() == [("L302", "Deployment/web", problem)]


def test_exception_says_why(demo):
    mount_node(demo)
    demo.bundle.workloads["deployment/web"]["exception"] = {"allow": ["hostPath"]}
    problem = "the exception does not say why"
    assert demo.found() == [("L302", "Deployment/web", problem)]


def test_root_file_system_is_read_only(demo):
    context(demo)["readOnlyRootFilesystem"] = False
    problem = "container web may write to its root file system"
    assert demo.found() == [("L303", "Deployment/web", problem)]


def test_root_file_system_may_be_excepted(demo):
    context(demo)["readOnlyRootFilesystem"] = False
    exception = {"why": "rewrites itself", "allow": ["readOnlyRootFilesystem"]}
    demo.bundle.workloads["deployment/web"]["exception"] = exception
    assert demo.found() == []


@pytest.mark.parametrize("name", ["DB_PASSWORD", "API_TOKEN", "SECRET", "AWS_SECRET_ACCESS_KEY"])
def test_secret_env_in_clear_text_is_refused(demo, name):
    demo.container("deployment/web")["env"].append({"name": name, "value": "hunter2"})
    problem = f"container web sets {name} in clear text"
    assert demo.found() == [("L304", "Deployment/web", problem)]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PASSWORD_FILE", "secret.txt"),
        ("TOKEN_URL", "https://learn.example.org/oauth2/access_token"),
        ("SECRET_PATH", "x"),
        ("API_KEY", ""),
        ("USE_TOKEN", "true"),
        ("TOKEN_LIFETIME", "3600"),
        ("SSH_KEY", "/run/secrets/key"),
        ("DB_PASSWORD", "$(OTHER)"),
        ("KEYBOARD", "german"),
        ("MONKEY", "chimp"),
    ],
)
def test_env_that_only_sounds_secret_is_fine(demo, name, value):
    demo.container("deployment/web")["env"].append({"name": name, "value": value})
    assert demo.found() == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (f"key = {HEX}", f"a random-looking literal of {len(HEX)}"),
        (f"key = '{MIXED}'", f"a random-looking literal of {len(MIXED)}"),
        ("k8x2m9q4z7w1p5r3t6v0b2n8", "a random-looking literal of 24"),
        ("-----BEGIN RSA PRIVATE KEY-----", "a private key"),
        (f"$2b$12${'aB' * 26}c", "a hashed password"),
        ("AKIAIOSFODNN7EXAMPLE", "an access key id of AWS"),
        ("mysql://root:hunter2@db/x", "an address with a password"),
        ("redis://:hunter2@cache/0", "an address with a password"),
    ],
)
def test_text_that_looks_secret_is_refused(demo, text, what):
    demo.extra["demo/files/web-config/web.conf"] = f"listen 8080\n{text}\n"
    problem = f"line 2 holds {what}"
    assert demo.found() == [("L305", "File/demo/files/web-config/web.conf", problem)]


def test_text_that_looks_secret_is_not_repeated(demo):
    demo.extra["demo/files/web-config/web.conf"] = f"key {MIXED}\n"
    (finding,) = demo.findings()
    assert MIXED not in str(finding.as_data())


@pytest.mark.parametrize(
    "text",
    [
        f"image: a@sha256:{HEX}",
        f"--hash=sha256:{HEX}",
        "9e08cf47-e86f-5b64-b48f-a4d524f9a7e4",
        "NATIVE_FILTER-CiD8Fz5JLHaw7NXtx_M1b",
        "ReplicatedAggregatingMergeTree",
        "ClickHouseTooManyPartsWarning",
        "actor_id__verb_id__object_id__20250101",
        "12345678901234567890123456789012345678901234567890",
        "mysql://{user}:{password}@{host}/db",
        "https://%(user)s:%(password)s@host",
        "http://store:5432/path@2",
        "pypy38-pp73-x86_64-linux-gnu-manylinux",
        "PBESv2SHA256AndAES256CBC",
    ],
)
def test_text_of_other_kinds_is_fine(demo, text):
    demo.extra["demo/files/web-config/web.conf"] = f"{text}\n"
    assert demo.found() == []


def test_certificate_is_no_secret(demo):
    body = "\n".join([MIXED * 2] * 3)
    text = f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n"
    demo.extra["demo/files/web-config/web.conf"] = text
    assert demo.found() == []
    demo.extra["demo/files/web-config/web.conf"] = text + MIXED
    assert [problem for *_, problem in demo.found()] == [
        f"line 6 holds a random-looking literal of {len(MIXED)}"
    ]


def test_secret_object_with_values_is_refused(demo):
    demo.add("Secret", "demo", stringData={"password": "hunter2"})
    problem = "its values stand in the output, for anyone to read"
    assert demo.found() == [("L306", "Secret/demo", problem)]


def test_secret_object_without_values_is_fine(demo):
    demo.add("Secret", "demo", type="kubernetes.io/service-account-token")
    assert demo.found() == []


def test_secret_file_must_be_encrypted(demo):
    demo.extra["secrets/kustomization.yaml"] = "kind: Kustomization\n"
    text = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: demo\nstringData:\n  a: "
    demo.extra["secrets/demo.yaml"] = text + "hunter2\n"
    problem = "this Secret is not encrypted"
    assert ("L306", "File/secrets/demo.yaml", problem) in demo.found()
    demo.extra["secrets/demo.yaml"] = f"{text}ENC[AES256_GCM,data:{MIXED}]\nsops:\n  mac: x\n"
    assert {rule for rule, *_ in demo.found()} == {"L709"}


def test_pod_without_policy_is_reported(demo):
    demo.spec("networkpolicy/aspects-default-deny")["policyTypes"] = ["Ingress"]
    objects = {name for rule, name, _ in demo.found() if rule == "L308"}
    assert objects == {"CronJob/tidy", "Job/prepare", "StatefulSet/store"}


def test_policies_may_be_off(compose_demo, broken):
    values = "site: {lmsHost: a.example.org}\nnetwork: {policies: false}\n"
    assert "L308" not in {rule for rule, *_ in broken(compose_demo(values)).found()}


def test_service_links_are_off(demo):
    demo.pod("deployment/web")["enableServiceLinks"] = True
    ((rule, name, problem),) = demo.found()
    assert (rule, name) == ("L311", "Deployment/web")
    assert problem.startswith("gets environment variables of every Service")
