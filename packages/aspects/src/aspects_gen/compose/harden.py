"""Pod Security 'restricted' for every pod, and what goes beyond it.

Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
"""

from __future__ import annotations

from typing import Any

from aspects_gen.compose.bundle import Bundle, Item, containers, pod_template
from aspects_gen.services.contract import Workload


def harden_pods(bundle: Bundle) -> None:
    """Close every pod: user, privileges, root file system, tokens, environment of services."""
    settings = bundle.settings
    for item in bundle.owners():
        workload = bundle.workloads[item.id]
        pod = pod_template(item.manifest)["spec"]
        _set_account(bundle, item, workload, pod)
        pod["securityContext"] = _pod_context(workload)
        if settings["kubernetes"]["imagePullSecrets"]:
            pod["imagePullSecrets"] = [
                {"name": name} for name in settings["kubernetes"]["imagePullSecrets"]
            ]
        for container in containers(pod):
            container["imagePullPolicy"] = settings["images"]["pullPolicy"]
            container["securityContext"] = _container_context(workload)
            _mount_writable(container, workload)
        _add_writable(pod, workload)


def _set_account(bundle: Bundle, item: Item, workload: Workload, pod: dict[str, Any]) -> None:
    # Service environment variables (FOO_PORT=tcp://...) clash with applications' own settings.
    pod["enableServiceLinks"] = False
    if workload.get("token"):
        return
    account = f"aspects-{item.folder}"
    pod["serviceAccountName"] = account
    pod["automountServiceAccountToken"] = False
    if not any(i.kind == "ServiceAccount" and i.name == account for i in bundle.items):
        manifest = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": account}}
        bundle.add(item.folder, {**manifest, "automountServiceAccountToken": False})


def _pod_context(workload: Workload) -> dict[str, Any]:
    uid = workload["uid"]
    if uid == 0:
        return {"seccompProfile": {"type": "RuntimeDefault"}}
    return {
        "runAsNonRoot": True,
        "runAsUser": uid,
        "runAsGroup": uid,
        "fsGroup": uid,
        # a recursive chown of a large volume at every start takes minutes
        "fsGroupChangePolicy": "OnRootMismatch",
        "seccompProfile": {"type": "RuntimeDefault"},
    }


def _container_context(workload: Workload) -> dict[str, Any]:
    return {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
        **({"runAsNonRoot": True} if workload["uid"] else {"runAsUser": 0}),
    }


def _volume_name(path: str) -> str:
    return "writable-" + "".join(c if c.isalnum() else "-" for c in path.strip("/").lower())


def _mount_writable(container: dict[str, Any], workload: Workload) -> None:
    mounts = container.setdefault("volumeMounts", [])
    taken = {mount["mountPath"] for mount in mounts}
    mounts += [
        {"name": _volume_name(path), "mountPath": path}
        for path in workload.get("writable", [])
        if path not in taken
    ]
    if not mounts:
        del container["volumeMounts"]


def _add_writable(pod: dict[str, Any], workload: Workload) -> None:
    names = {m["name"] for c in containers(pod) for m in c.get("volumeMounts", [])}
    volumes = pod.setdefault("volumes", [])
    for path in workload.get("writable", []):
        name = _volume_name(path)
        if name in names and not any(v["name"] == name for v in volumes):
            volumes.append({"name": name, "emptyDir": {}})
    if not volumes:
        del pod["volumes"]
