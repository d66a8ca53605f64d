"""The Pod Security Standards, profile "restricted", which includes "baseline".

Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/, read 2026-11.
Each rule is named as on that page. It judges Linux pods, by fields alone: annotations that older Kubernetes read
instead (AppArmor before 1.30) are not looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

VOLUMES = {
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "persistentVolumeClaim",
    "projected",
    "secret",
}
SYSCTLS = {
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.ping_group_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
}
SELINUX_TYPES = {"", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"}
APPARMOR_TYPES = {"RuntimeDefault", "Localhost"}
SECCOMP_TYPES = {"RuntimeDefault", "Localhost"}
HANDLERS = ("startupProbe", "livenessProbe", "readinessProbe")

Container = tuple[str, dict[str, Any]]
"""(path in the pod spec, container)"""


def violations(pod_spec: dict[str, Any]) -> list[str]:
    """Return every field that the profile forbids, as `path: rule`; none for a pod that passes."""
    containers = list(_containers(pod_spec))
    found = [*_host(pod_spec), *_volumes(pod_spec), *_pod_context(pod_spec)]
    for path, container in containers:
        found += _container_host(path, container)
        found += _container_context(path, container.get("securityContext") or {})
    found += _required(pod_spec, containers, "runAsNonRoot", _says_non_root, "Running as Non-root")
    found += _required(pod_spec, containers, "seccompProfile.type", _says_seccomp, "Seccomp")
    return found


def _containers(pod_spec: dict[str, Any]) -> Iterator[Container]:
    for kind in ("initContainers", "containers", "ephemeralContainers"):
        for number, container in enumerate(pod_spec.get(kind) or ()):
            yield f"{kind}[{number}]", container


def _host(pod_spec: dict[str, Any]) -> list[str]:
    fields = ("hostNetwork", "hostPID", "hostIPC")
    return [f"{field}: Host Namespaces" for field in fields if pod_spec.get(field)]


def _volumes(pod_spec: dict[str, Any]) -> list[str]:
    found = []
    for number, volume in enumerate(pod_spec.get("volumes") or ()):
        for kind in sorted(set(volume) - {"name"} - VOLUMES):
            rule = "HostPath Volumes" if kind == "hostPath" else "Volume Types"
            found.append(f"volumes[{number}].{kind}: {rule}")
    return found


def _pod_context(pod_spec: dict[str, Any]) -> list[str]:
    context = pod_spec.get("securityContext") or {}
    found = _shared_context("securityContext", context)
    for number, sysctl in enumerate(context.get("sysctls") or ()):
        if sysctl.get("name") not in SYSCTLS:
            found.append(f"securityContext.sysctls[{number}].name: Sysctls")
    return found


def _container_host(path: str, container: dict[str, Any]) -> list[str]:
    found = [
        f"{path}.ports[{number}].hostPort: Host Ports"
        for number, port in enumerate(container.get("ports") or ())
        if port.get("hostPort")
    ]
    for hook in ("postStart", "preStop"):
        handler = (container.get("lifecycle") or {}).get(hook) or {}
        found += _probe_host(f"{path}.lifecycle.{hook}", handler)
    for probe in HANDLERS:
        found += _probe_host(f"{path}.{probe}", container.get(probe) or {})
    return found


def _probe_host(path: str, handler: dict[str, Any]) -> list[str]:
    return [
        f"{path}.{kind}.host: Host Probes / Lifecycle Hooks"
        for kind in ("httpGet", "tcpSocket")
        if (handler.get(kind) or {}).get("host")
    ]


def _container_context(path: str, context: dict[str, Any]) -> list[str]:
    at = f"{path}.securityContext"
    found = _shared_context(at, context)
    if context.get("privileged"):
        found.append(f"{at}.privileged: Privileged Containers")
    if context.get("allowPrivilegeEscalation") is not False:
        found.append(f"{at}.allowPrivilegeEscalation: Privilege Escalation")
    if context.get("procMount") not in (None, "", "Default"):
        found.append(f"{at}.procMount: /proc Mount Type")
    return found + _capabilities(at, context.get("capabilities") or {})


def _capabilities(at: str, capabilities: dict[str, Any]) -> list[str]:
    found = []
    if "ALL" not in (capabilities.get("drop") or ()):
        found.append(f"{at}.capabilities.drop: Capabilities")
    if set(capabilities.get("add") or ()) - {"NET_BIND_SERVICE"}:
        found.append(f"{at}.capabilities.add: Capabilities")
    return found


def _shared_context(at: str, context: dict[str, Any]) -> list[str]:
    """Judge what pod and container may both set."""
    found = []
    if context.get("runAsUser") == 0:
        found.append(f"{at}.runAsUser: Running as Non-root user")
    if (context.get("windowsOptions") or {}).get("hostProcess"):
        found.append(f"{at}.windowsOptions.hostProcess: HostProcess")
    if _type(context, "appArmorProfile") not in (None, *APPARMOR_TYPES):
        found.append(f"{at}.appArmorProfile.type: AppArmor")
    return found + _selinux(at, context.get("seLinuxOptions") or {})


def _selinux(at: str, options: dict[str, Any]) -> list[str]:
    found = []
    if options.get("type", "") not in SELINUX_TYPES:
        found.append(f"{at}.seLinuxOptions.type: SELinux")
    found += [
        f"{at}.seLinuxOptions.{key}: SELinux" for key in ("user", "role") if options.get(key)
    ]
    return found


def _required(
    pod_spec: dict[str, Any], containers: list[Container], field: str, says: Any, rule: str
) -> list[str]:
    """Judge a field that pod or every container must set, and none may contradict."""
    of_pod = says(pod_spec.get("securityContext") or {})
    found = [f"securityContext.{field}: {rule}"] if of_pod is False else []
    for path, container in containers:
        of_container = says(container.get("securityContext") or {})
        if of_container is False or (of_container is None and of_pod is not True):
            found.append(f"{path}.securityContext.{field}: {rule}")
    return found


def _says_non_root(context: dict[str, Any]) -> bool | None:
    value = context.get("runAsNonRoot")
    return None if value is None else value is True


def _says_seccomp(context: dict[str, Any]) -> bool | None:
    profile = _type(context, "seccompProfile")
    return None if profile is None else profile in SECCOMP_TYPES


def _type(context: dict[str, Any], field: str) -> str | None:
    profile = context.get(field)
    return None if profile is None else str(profile.get("type", ""))
