"""Claims of persistent volumes."""

from __future__ import annotations

from typing import Any


def claim_spec(storage: dict[str, Any]) -> dict[str, Any]:
    """Return the spec of a claim for one pod's use.

    `storage` is the operator's {"size", "storageClass"}; without a class, composition names the
    environment's.
    """
    spec: dict[str, Any] = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": storage["size"]}},
    }
    if storage.get("storageClass"):
        spec["storageClassName"] = storage["storageClass"]
    return spec


def claim_template(storage: dict[str, Any]) -> dict[str, Any]:
    """Return a StatefulSet's claim template, named data."""
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "data"},
        "spec": claim_spec(storage),
    }
