"""The labels and selectors of everything, set in one place."""

from __future__ import annotations

from typing import Any

from aspects_gen.compose.bundle import Bundle, pod_template

PART_OF = "aspects"
NAME = "app.kubernetes.io/name"


def selector_of(name: str) -> dict[str, str]:
    """Return the labels that single out the pods of a workload."""
    return {NAME: name}


def label_items(bundle: Bundle) -> None:
    """Give every object its labels, and every workload its selector and its pods' labels.

    Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/
    """
    extra = bundle.settings["kubernetes"]
    for item in bundle.items:
        labels = {
            NAME: item.name,
            "app.kubernetes.io/component": item.folder,
            "app.kubernetes.io/part-of": PART_OF,
            "app.kubernetes.io/managed-by": "aspects-gen",
            **extra["labels"],
        }
        metadata = item.manifest["metadata"]
        metadata["labels"] = {**labels, **metadata.get("labels", {})}
        if extra["annotations"]:
            metadata["annotations"] = {**extra["annotations"], **metadata.get("annotations", {})}
        if item.id in bundle.workloads:
            _label_pods(item.manifest, item.name, item.folder)


def _label_pods(manifest: dict[str, Any], name: str, folder: str) -> None:
    metadata = pod_template(manifest)["metadata"]
    metadata["labels"] = {
        **selector_of(name),
        "app.kubernetes.io/component": folder,
        "app.kubernetes.io/part-of": PART_OF,
        **metadata.get("labels", {}),
    }
    if manifest["kind"] in ("Deployment", "StatefulSet", "DaemonSet"):
        manifest["spec"]["selector"] = {"matchLabels": selector_of(name)}
