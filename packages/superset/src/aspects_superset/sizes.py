"""Kubernetes quantities as bytes; called by the servers in the cluster to size their memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

UNITS = {
    "": 1,
    "k": 10**3,
    "M": 10**6,
    "G": 10**9,
    "T": 10**12,
    "Ki": 2**10,
    "Mi": 2**20,
    "Gi": 2**30,
    "Ti": 2**40,
}
MEBIBYTE = 2**20
SMALLEST = 256 * MEBIBYTE  # taken when no limit is set


def memory_bytes(workload: Mapping[str, Any]) -> int:
    """Return the memory that a workload's main container may use: its limit, else its request."""
    resources = workload.get("resources", {})
    for kind in ("limits", "requests"):
        quantity = resources.get(kind, {}).get("memory")
        if quantity:
            number = quantity.rstrip("kMGTPEi")
            return int(float(number) * UNITS.get(quantity[len(number) :], 1))
    return SMALLEST


def share(workload: Mapping[str, Any], ratio: float) -> int:
    """Return a part of a workload's memory in whole mebibytes, at least 16."""
    return max(16, int(memory_bytes(workload) * ratio) // MEBIBYTE)
