"""Sums of bytes: what the aggregator's disk buffers need. Called by `check`."""

from __future__ import annotations

from typing import Any

# What a buffer takes beyond its limit: one more data file, which Vector fills to 128 MiB.
# Source: Vector's disk buffer design (lib/vector-buffers, disk_v2), read 2026-11.
BUFFER_SLACK_BYTES = 134217728
# What a file system keeps for itself.
FILE_SYSTEM_RATIO = 1.05
UNITS = {
    "": 1,
    "m": 0.001,
    "k": 10**3,
    "M": 10**6,
    "G": 10**9,
    "T": 10**12,
    "P": 10**15,
    "E": 10**18,
    "Ki": 2**10,
    "Mi": 2**20,
    "Gi": 2**30,
    "Ti": 2**40,
    "Pi": 2**50,
    "Ei": 2**60,
}


def needed_bytes(values: dict[str, Any]) -> int:
    """Return the bytes of the smallest volume that holds every disk buffer when full."""
    store = values["store"]
    outputs = [
        store["xapi"],
        store["trackingLogs"],
        store["deadLetters"],
        values["archive"]["enabled"],
    ]
    each = values["bufferBytes"] + BUFFER_SLACK_BYTES
    return int(sum(outputs) * each * FILE_SYSTEM_RATIO)


def quantity_bytes(text: str) -> int:
    """Return a Kubernetes quantity, valid by schema, in bytes."""
    number = text.rstrip("".join(UNITS))
    return int(float(number) * UNITS[text[len(number) :]])


def human(size: int) -> str:
    """Return bytes as a quantity in whole Gi, rounded up."""
    return f"{-(-size // 2**30)}Gi"
