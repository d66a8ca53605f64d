"""The namespace: its own object with Pod Security labels, and its name on everything."""

from __future__ import annotations

from typing import Any

from aspects_gen.compose.bundle import Bundle

CLUSTER_KINDS = ("Namespace", "ClusterRole", "ClusterRoleBinding", "PriorityClass")

CONFIRM = "argocd.argoproj.io/sync-options"
"""Annotation that makes Argo CD ask a person before it deletes data."""


def add_namespace(bundle: Bundle) -> None:
    """Add the Namespace, where this deployment owns it."""
    settings = bundle.settings["kubernetes"]
    if not settings["manageNamespace"]:
        return
    level = "privileged" if _exceptions(bundle) else "restricted"
    labels = {
        "pod-security.kubernetes.io/enforce": level,
        "pod-security.kubernetes.io/enforce-version": "latest",
        # still told about every pod that is not restricted, the excused one included
        "pod-security.kubernetes.io/audit": "restricted",
        "pod-security.kubernetes.io/audit-version": "latest",
        "pod-security.kubernetes.io/warn": "restricted",
        "pod-security.kubernetes.io/warn-version": "latest",
    }
    metadata = {"name": settings["namespace"], "labels": labels}
    bundle.add("platform", {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})


def _exceptions(bundle: Bundle) -> list[str]:
    owners = {item.id for item in bundle.owners()}
    return [i for i, w in bundle.workloads.items() if i in owners and w.get("exception")]


def place_items(bundle: Bundle) -> None:
    """Put the namespace's name on every object, and guard what holds data against silent deletion."""
    namespace = bundle.settings["kubernetes"]["namespace"]
    for item in bundle.items:
        metadata: dict[str, Any] = item.manifest["metadata"]
        if item.kind not in CLUSTER_KINDS:
            metadata["namespace"] = namespace
        if item.kind in ("Namespace", "PersistentVolumeClaim") or _keeps_data(item.manifest):
            annotations = metadata.setdefault("annotations", {})
            annotations[CONFIRM] = "Prune=confirm,Delete=confirm"


def _keeps_data(manifest: dict[str, Any]) -> bool:
    return bool(manifest.get("spec", {}).get("volumeClaimTemplates"))
