"""Pod Security "restricted": one case for each control of the standard."""

from __future__ import annotations

import copy

import pytest

from kubernetes.pod_security import violations

CLOSED = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
POD = {
    "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
    "initContainers": [{"name": "wait", "securityContext": CLOSED}],
    "containers": [{"name": "main", "securityContext": CLOSED}],
}
KINDS = ("initContainers", "containers", "ephemeralContainers")


def pod(**changes):
    return {**copy.deepcopy(POD), **changes}


def pod_with_context(**context):
    return pod(securityContext={**POD["securityContext"], **context})


def pod_with_container(kind="containers", context=None, **fields):
    container = {"name": "x", "securityContext": {**CLOSED, **(context or {})}, **fields}
    return pod(**{kind: [container]})


def test_closed_pod_passes():
    assert violations(pod()) == []


def test_bare_pod_fails_on_everything_that_must_be_set():
    assert violations({"containers": [{"name": "x"}]}) == [
        "containers[0].securityContext.allowPrivilegeEscalation: Privilege Escalation",
        "containers[0].securityContext.capabilities.drop: Capabilities",
        "containers[0].securityContext.runAsNonRoot: Running as Non-root",
        "containers[0].securityContext.seccompProfile.type: Seccomp",
    ]


@pytest.mark.parametrize("field", ["hostNetwork", "hostPID", "hostIPC"])
def test_host_namespaces_are_forbidden(field):
    assert violations(pod(**{field: True})) == [f"{field}: Host Namespaces"]
    assert violations(pod(**{field: False})) == []


@pytest.mark.parametrize(
    "kind",
    [
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "persistentVolumeClaim",
        "projected",
        "secret",
    ],
)
def test_volume_type_is_allowed(kind):
    assert violations(pod(volumes=[{"name": "v", kind: {}}])) == []


@pytest.mark.parametrize("kind", ["nfs", "iscsi", "gitRepo", "awsElasticBlockStore", "fc", "new"])
def test_other_volume_type_is_forbidden(kind):
    assert violations(pod(volumes=[{"name": "v", kind: {}}])) == [
        f"volumes[0].{kind}: Volume Types"
    ]


def test_host_path_is_forbidden():
    volumes = [{"name": "a", "emptyDir": {}}, {"name": "b", "hostPath": {"path": "/"}}]
    assert violations(pod(volumes=volumes)) == ["volumes[1].hostPath: HostPath Volumes"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("context", "field", "rule"),
    [
        ({"privileged": True}, "privileged", "Privileged Containers"),
        ({"allowPrivilegeEscalation": True}, "allowPrivilegeEscalation", "Privilege Escalation"),
        ({"procMount": "Unmasked"}, "procMount", "/proc Mount Type"),
        ({"capabilities": {}}, "capabilities.drop", "Capabilities"),
        ({"capabilities": {"drop": ["KILL"]}}, "capabilities.drop", "Capabilities"),
        (
            {"capabilities": {"drop": ["ALL"], "add": ["NET_BIND_SERVICE", "CHOWN"]}},
            "capabilities.add",
            "Capabilities",
        ),
        ({"runAsUser": 0}, "runAsUser", "Running as Non-root user"),
        ({"runAsNonRoot": False}, "runAsNonRoot", "Running as Non-root"),
        ({"seccompProfile": {"type": "Unconfined"}}, "seccompProfile.type", "Seccomp"),
        ({"appArmorProfile": {"type": "Unconfined"}}, "appArmorProfile.type", "AppArmor"),
        ({"seLinuxOptions": {"type": "spc_t"}}, "seLinuxOptions.type", "SELinux"),
        ({"seLinuxOptions": {"user": "u"}}, "seLinuxOptions.user", "SELinux"),
        ({"seLinuxOptions": {"role": "r"}}, "seLinuxOptions.role", "SELinux"),
        (
            {"windowsOptions": {"hostProcess": True}},
            "windowsOptions.hostProcess",
            "HostProcess",
        ),
    ],
)
def test_container_field_is_forbidden_in_every_kind_of_container(kind, context, field, rule):
    found = violations(pod_with_container(kind, context))
    assert found == [f"{kind}[0].securityContext.{field}: {rule}"]


@pytest.mark.parametrize(
    "context",
    [
        {"privileged": False},
        {"procMount": "Default"},
        {"capabilities": {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]}},
        {"capabilities": {"drop": ["KILL", "ALL"]}},
        {"runAsUser": 1000},
        {"seccompProfile": {"type": "Localhost", "localhostProfile": "p.json"}},
        {"appArmorProfile": {"type": "Localhost", "localhostProfile": "p"}},
        {"seLinuxOptions": {"type": "container_engine_t", "level": "s0:c1,c2"}},
    ],
    ids=str,
)
def test_container_field_is_allowed(context):
    assert violations(pod_with_container(context=context)) == []


@pytest.mark.parametrize(
    ("context", "field", "rule"),
    [
        ({"runAsUser": 0}, "runAsUser", "Running as Non-root user"),
        ({"runAsNonRoot": False}, "runAsNonRoot", "Running as Non-root"),
        ({"seccompProfile": {"type": "Unconfined"}}, "seccompProfile.type", "Seccomp"),
        ({"appArmorProfile": {"type": "Unconfined"}}, "appArmorProfile.type", "AppArmor"),
        ({"seLinuxOptions": {"type": "x"}}, "seLinuxOptions.type", "SELinux"),
        ({"windowsOptions": {"hostProcess": True}}, "windowsOptions.hostProcess", "HostProcess"),
        ({"sysctls": [{"name": "kernel.msgmax"}]}, "sysctls[0].name", "Sysctls"),
    ],
)
def test_pod_field_is_forbidden(context, field, rule):
    assert f"securityContext.{field}: {rule}" in violations(pod_with_context(**context))


def test_safe_sysctls_are_allowed():
    sysctls = [{"name": "net.ipv4.tcp_keepalive_time", "value": "60"}]
    assert violations(pod_with_context(sysctls=sysctls)) == []


@pytest.mark.parametrize("field", ["runAsNonRoot", "seccompProfile"])
def test_every_container_may_set_what_the_pod_does_not(field):
    value = POD["securityContext"][field]
    rest = {key: v for key, v in POD["securityContext"].items() if key != field}
    own = {**CLOSED, field: value}
    both = pod(securityContext=rest, containers=[{"securityContext": own}])
    assert len(violations(both)) == 1
    both["initContainers"] = [{"securityContext": own}]
    assert violations(both) == []


def test_host_ports_are_forbidden():
    ports = [{"containerPort": 80}, {"containerPort": 81, "hostPort": 81}]
    assert violations(pod_with_container(ports=ports)) == [
        "containers[0].ports[1].hostPort: Host Ports"
    ]


def test_probes_and_hooks_of_other_hosts_are_forbidden():
    found = violations(
        pod_with_container(
            livenessProbe={"httpGet": {"host": "metadata", "port": 80}},
            readinessProbe={"tcpSocket": {"port": 80}},
            lifecycle={"preStop": {"tcpSocket": {"host": "h", "port": 1}}},
        )
    )
    assert found == [
        "containers[0].lifecycle.preStop.tcpSocket.host: Host Probes / Lifecycle Hooks",
        "containers[0].livenessProbe.httpGet.host: Host Probes / Lifecycle Hooks",
    ]
