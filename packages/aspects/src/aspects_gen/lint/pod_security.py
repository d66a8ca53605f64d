"""What a pod does that the Pod Security level 'restricted' forbids.

Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/, read 2026-11.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

VOLUMES = (
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "persistentVolumeClaim",
    "projected",
    "secret",
)
SECCOMP = ("RuntimeDefault", "Localhost")
SELINUX_TYPES = ("", "container_t", "container_init_t", "container_kvm_t", "container_engine_t")
SYSCTLS = (
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
)


class Breach(NamedTuple):
    """One thing that is not restricted."""

    field: str
    """Name of the field, as an exception allows it."""
    problem: str


def find_breaches(pod: dict[str, Any], containers: list[dict[str, Any]]) -> Iterator[Breach]:
    """Yield everything in a pod spec that 'restricted' forbids.

    Args:
        pod: the pod spec.
        containers: its containers, init containers included.
    """
    context = pod.get("securityContext", {})
    for field in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.get(field):
            yield Breach(field, f"{field} is on")
    for volume in pod.get("volumes", []):
        yield from _volume_breaches(volume)
    for entry in context.get("sysctls", []):
        if entry["name"] not in SYSCTLS:
            yield Breach("sysctls", f"sets the kernel parameter {entry['name']}")
    yield from _shared_breaches(context, "the pod")
    for container in containers:
        yield from _container_breaches(container, context)


def _volume_breaches(volume: dict[str, Any]) -> Iterator[Breach]:
    for kind in volume:
        if kind != "name" and kind not in VOLUMES:
            yield Breach(kind, f"volume {volume['name']} is a {kind}")


def _shared_breaches(context: dict[str, Any], who: str) -> Iterator[Breach]:
    """Yield what is forbidden alike on pods and containers."""
    if context.get("runAsUser") == 0:
        yield Breach("runAsUser", f"{who} runs as user 0")
    if context.get("windowsOptions", {}).get("hostProcess"):
        yield Breach("hostProcess", f"{who} is a host process")
    options = context.get("seLinuxOptions", {})
    if options.get("type", "") not in SELINUX_TYPES or options.get("user") or options.get("role"):
        yield Breach("seLinuxOptions", f"{who} sets SELinux options")
    if context.get("appArmorProfile", {}).get("type") == "Unconfined":
        yield Breach("appArmorProfile", f"{who} is outside AppArmor")


def _container_breaches(container: dict[str, Any], pod: dict[str, Any]) -> Iterator[Breach]:
    who = f"container {container['name']}"
    own = container.get("securityContext", {})
    yield from _shared_breaches(own, who)
    if own.get("privileged"):
        yield Breach("privileged", f"{who} is privileged")
    if own.get("allowPrivilegeEscalation") is not False:
        yield Breach("allowPrivilegeEscalation", f"{who} may gain privileges")
    if own.get("procMount", "Default") != "Default":
        yield Breach("procMount", f"{who} sees all of /proc")
    if not own.get("runAsNonRoot", pod.get("runAsNonRoot")):
        yield Breach("runAsNonRoot", f"{who} may run as root")
    profile = own.get("seccompProfile", pod.get("seccompProfile", {}))
    if profile.get("type") not in SECCOMP:
        yield Breach("seccompProfile", f"{who} has no seccomp profile")
    yield from _capability_breaches(own.get("capabilities", {}), who)
    if any(port.get("hostPort") for port in container.get("ports", [])):
        yield Breach("hostPort", f"{who} takes a port of the node")


def _capability_breaches(capabilities: dict[str, Any], who: str) -> Iterator[Breach]:
    if "ALL" not in capabilities.get("drop", []):
        yield Breach("capabilities", f"{who} does not drop every capability")
    added = [name for name in capabilities.get("add", []) if name != "NET_BIND_SERVICE"]
    if added:
        yield Breach("capabilities", f"{who} adds the capabilities {', '.join(added)}")
