"""The storage class of every volume that names none of its own."""

from __future__ import annotations

from typing import Any

from aspects_gen.compose.bundle import Bundle


def set_storage_class(bundle: Bundle) -> None:
    """Give every claim the environment's storage class, unless it has one; empty means the cluster's default."""
    chosen = bundle.settings["kubernetes"]["storageClass"]
    for item in bundle.items:
        claims: list[dict[str, Any]] = item.manifest.get("spec", {}).get(
            "volumeClaimTemplates", []
        )
        if item.kind == "PersistentVolumeClaim":
            claims = [item.manifest]
        for claim in claims:
            named = claim["spec"].pop("storageClassName", "") or chosen
            if named:
                claim["spec"]["storageClassName"] = named
