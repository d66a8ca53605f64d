"""The agent: DaemonSet, its rights, its configuration. Called by `deployment` in mode agent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aspects_vector.container import CONFIG_FILE, config_text, container
from aspects_vector.pipeline import DATA_DIRECTORY
from aspects_vector.reader import agent_config

if TYPE_CHECKING:
    from aspects_vector.seam import Manifest, Output, Tools

NAME = "vector-agent"
ID = f"daemonset/{NAME}"
EXCEPTION = {
    "why": "Pod logs on a node belong to root and are reached only through the node's folders; "
    "the agent runs as root without any capability, reads them read-only and writes one folder "
    "of its own.",
    "allow": ["hostPath", "runAsNonRoot", "runAsUser"],
}


def part(values: dict[str, Any], tools: Tools) -> Output:
    """Return the agent's part of the output."""
    config = agent_config(values, tools.site["namespace"], DATA_DIRECTORY)
    extra = values["extraConfig"]["agent"]
    program = tools.read("apps/agent/event.vrl")
    return {
        "objects": [*_rights(tools), _daemon_set(values, tools)],
        "files": {NAME: {CONFIG_FILE: config_text(config), "event.vrl": program, **extra}},
        "workloads": {
            ID: {"uid": 0, "tuning": values["agent"], "token": True, "exception": EXCEPTION}
        },
        "needs": _needs(values),
        "metrics": [{"workload": ID, "port": "metrics", "path": "/metrics"}],
    }


def _needs(values: dict[str, Any]) -> list[dict[str, Any]]:
    api = "lists the pods of its node"
    # Lines wait on the node: agents need not wait for the aggregator.
    to_aggregator = {"endpoint": "vector/aggregator", "why": "sends lines", "wait": False}
    return [
        {"client": ID, **to_aggregator},
        *(
            {"client": ID, "external": "kubernetes.default.svc", "port": port, "why": api}
            for port in values["source"]["kubernetesApiPorts"]
        ),
    ]


def _rights(tools: Tools) -> list[Manifest]:
    """Return the ServiceAccount and what it may read.

    Namespaces and nodes are cluster-scoped, so a Role cannot grant them.
    Source: Vector reference, kubernetes_logs, "Kubernetes API access control", read 2026-11.
    """
    name, group = tools.cluster_name(NAME), "rbac.authorization.k8s.io"
    rule = {
        "apiGroups": [""],
        "resources": ["namespaces", "nodes", "pods"],
        "verbs": ["list", "watch"],
    }
    account = {"kind": "ServiceAccount", "name": NAME, "namespace": tools.site["namespace"]}
    return [
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": NAME}},
        {
            "apiVersion": f"{group}/v1",
            "kind": "ClusterRole",
            "metadata": {"name": name},
            "rules": [rule],
        },
        {
            "apiVersion": f"{group}/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": name},
            "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": name},
            "subjects": [account],
        },
    ]


def _daemon_set(values: dict[str, Any], tools: Tools) -> Manifest:
    folders = values["source"]["logDirectories"]
    main = container(
        NAME,
        tools.image("vector"),
        log_level=values["logLevel"],
        extra_files=list(values["extraConfig"]["agent"]),
    )
    main["env"] += _identity()
    main["volumeMounts"] += [
        {"name": "data", "mountPath": DATA_DIRECTORY},
        *(
            {"name": f"logs-{number}", "mountPath": folder, "readOnly": True}
            for number, folder in enumerate(folders)
        ),
    ]
    # A folder of this installation alone: two agents on a node must not share checkpoints.
    data = f"{values['agentDirectory']}/{tools.cluster_name(NAME)}"
    volumes: list[Manifest] = [
        {"name": "config", "configMap": {"name": NAME}},
        {"name": "data", "hostPath": {"path": data, "type": "DirectoryOrCreate"}},
        *(
            {"name": f"logs-{number}", "hostPath": {"path": folder, "type": "Directory"}}
            for number, folder in enumerate(folders)
        ),
    ]
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": NAME},
        "spec": {
            "updateStrategy": {
                "type": "RollingUpdate",
                "rollingUpdate": {"maxUnavailable": "10%"},
            },
            "template": {
                # Vector's source skips pods with this label: its own words never come back to it.
                "metadata": {"labels": {"vector.dev/exclude": "true"}},
                "spec": {
                    "serviceAccountName": NAME,
                    "automountServiceAccountToken": True,
                    "containers": [main],
                    "volumes": volumes,
                },
            },
        },
    }


def _identity() -> list[Manifest]:
    fields = {
        "VECTOR_SELF_NODE_NAME": "spec.nodeName",
        "VECTOR_SELF_POD_NAME": "metadata.name",
        "VECTOR_SELF_POD_NAMESPACE": "metadata.namespace",
    }
    found: list[Manifest] = [
        {"name": name, "valueFrom": {"fieldRef": {"fieldPath": path}}}
        for name, path in fields.items()
    ]
    # Without a limit Vector starts a thread for each core of the node.
    return [*found, {"name": "VECTOR_THREADS", "value": "2"}]
