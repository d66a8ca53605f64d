"""The server's memory: how many bytes each share of the container's limit is."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

_UNITS = {
    "": Decimal(1),
    "m": Decimal("0.001"),
    **{unit: Decimal(1000) ** (n + 1) for n, unit in enumerate(("k", "M", "G", "T", "P", "E"))},
    **{
        unit: Decimal(1024) ** (n + 1)
        for n, unit in enumerate(("Ki", "Mi", "Gi", "Ti", "Pi", "Ei"))
    },
}


def bytes_of(quantity: str) -> int:
    """Return a Kubernetes quantity such as 4Gi in bytes, rounded down."""
    number = quantity.rstrip("EGKMPTikm")
    return int(Decimal(number) * _UNITS[quantity[len(number) :]])


def memory_limit(values: dict[str, Any]) -> str:
    """Return the server container's memory limit as written, or "" where there is none."""
    limits = values["server"].get("resources", {}).get("limits", {})
    return str(limits.get("memory") or "")


def memory_caps(values: dict[str, Any]) -> dict[str, int]:
    """Return the caps in bytes: {"limit", "server", "query", "spill", "marks"}."""
    limit = bytes_of(memory_limit(values))
    ratios = values["memory"]
    shares = {
        "server": "serverRatio",
        "query": "queryRatio",
        "spill": "spillRatio",
        "marks": "markCacheRatio",
    }
    caps = {name: int(limit * Decimal(str(ratios[key]))) for name, key in shares.items()}
    return {"limit": limit, **caps}
