"""Secrets in forms that hold their values: a manifest to apply, or an entry for a secret store."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from aspects_gen.secretfiles.demand import Demand
from aspects_gen.tree.yamltext import dump_yaml


def secret_manifest(namespace: str, name: str, values: Mapping[str, str]) -> dict[str, Any]:
    """Return a Secret as a Kubernetes object."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name, "namespace": namespace},
        "type": "Opaque",
        "stringData": dict(sorted(values.items())),
    }


def manifest_text(
    namespace: str, name: str, values: Mapping[str, str], missing: Sequence[Demand]
) -> str:
    """Return a Secret as a file for `kubectl apply`; what is missing stands in it as a comment."""
    text = dump_yaml(secret_manifest(namespace, name, values))
    notes = [
        line
        for demand in missing
        for line in (f"  # {demand.about}", f"  # {demand.key}: only you can supply it")
    ]
    return "".join([text, *(f"{note}\n" for note in notes)])


def entry_text(values: Mapping[str, str]) -> str:
    """Return a store's entry: a JSON object of key and value."""
    return json.dumps(dict(sorted(values.items())), indent=1, ensure_ascii=False) + "\n"
