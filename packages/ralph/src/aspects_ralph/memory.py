"""Memory: what the server's processes need, and quantities of bytes; called by `check`."""

from __future__ import annotations

# Resident size of one process after twenty thousand statements, and of the parent that watches
# over several. Source: measured with Ralph 5 on CPython 3.11, 2026-11.
WORKER_BYTES = 170_000_000
PARENT_BYTES = 40_000_000

UNITS = {
    "": 1,
    "m": 0.001,
    **{unit: 1000**power for power, unit in enumerate("kMGTPE", 1)},
    **{f"{unit}i": 1024**power for power, unit in enumerate("KMGTPE", 1)},
}


def needed_bytes(workers: int) -> int:
    """Return the bytes that a pod needs; a single process has no parent."""
    return workers * WORKER_BYTES + (PARENT_BYTES if workers > 1 else 0)


def parse_bytes(quantity: str) -> int:
    """Return the bytes of a Kubernetes quantity such as 600Mi, as the schema allows it."""
    number = quantity.rstrip("mkKMGTPEi")
    return int(float(number) * UNITS[quantity[len(number) :]])
