"""Which Secrets must exist, key by key, and which workloads read them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from aspects_gen.compose.bundle import Bundle, containers, pod_template
from aspects_gen.compose.network import LMS
from aspects_gen.services.contract import Output

EVERY_KEY = "*"
"""Stands for every key of a Secret, where a reader takes it whole."""


@dataclass(frozen=True)
class Demand:
    """One key of a Secret that must exist."""

    secret: str
    key: str
    about: str
    rule: str
    """How it is generated (`password:N`, `hex:N`); empty when only the operator can supply it."""
    readers: tuple[str, ...]
    """Ids of the workloads that read it; `lms` stands for the LMS and Studio."""
    declared_by: tuple[str, ...]
    """Services that ask for the Secret."""

    @property
    def name(self) -> str:
        """Return Secret and key as one word."""
        return f"{self.secret}/{self.key}"

    def as_data(self) -> dict[str, Any]:
        """Return the demand for machines, without its Secret's name."""
        return {
            "key": self.key,
            "about": self.about,
            "generate": self.rule or None,
            "readers": list(self.readers),
        }


def list_demands(bundle: Bundle) -> list[Demand]:
    """Return every key of every Secret, sorted by name."""
    readers = find_readers(bundle)
    return [
        Demand(
            name,
            key,
            entry["about"],
            entry.get("generate", ""),
            tuple(sorted(readers.get((name, key), set()) | readers.get((name, EVERY_KEY), set()))),
            tuple(sorted(bundle.readers.get(name, ()))),
        )
        for name, secret in sorted(bundle.secrets.items())
        for key, entry in sorted(secret["keys"].items())
    ]


def find_readers(bundle: Bundle) -> dict[tuple[str, str], set[str]]:
    """Return who reads what: (Secret, key or *) -> ids of workloads, and `lms` for the LMS and Studio."""
    readers: dict[tuple[str, str], set[str]] = {}
    for item in bundle.owners():
        for reference in _references(pod_template(item.manifest)["spec"]):
            readers.setdefault(reference, set()).add(item.id)
    for output in bundle.outputs.values():
        for reference in _lms_references(output):
            readers.setdefault(reference, set()).add(LMS)
    return readers


def _lms_references(output: Output) -> Iterator[tuple[str, str]]:
    """Yield what the LMS is asked to read, by settings and by the manifests for whoever runs it."""
    yield from _key_references(output.get("lms"))
    for path, text in output.get("lms_files", {}).items():
        if path.endswith((".yaml", ".yml")):
            yield from _key_references(yaml.safe_load(text))


def _key_references(data: Any) -> Iterator[tuple[str, str]]:
    if isinstance(data, dict):
        reference = data.get("secretKeyRef")
        if isinstance(reference, dict):
            yield reference["name"], reference["key"]
        data = list(data.values())
    for part in data if isinstance(data, list) else []:
        yield from _key_references(part)


def _references(pod: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for container in containers(pod):
        for entry in container.get("env", []):
            reference = entry.get("valueFrom", {}).get("secretKeyRef")
            if reference:
                yield reference["name"], reference["key"]
        for source in container.get("envFrom", []):
            if "secretRef" in source:
                yield source["secretRef"]["name"], EVERY_KEY
    for volume in pod.get("volumes", []):
        if "secret" in volume:
            yield from _mounted(volume["secret"]["secretName"], volume["secret"])
        for source in volume.get("projected", {}).get("sources", []):
            if "secret" in source:
                yield from _mounted(source["secret"]["name"], source["secret"])


def _mounted(name: str, source: dict[str, Any]) -> Iterator[tuple[str, str]]:
    items = source.get("items")
    if items is None:
        yield name, EVERY_KEY
    for item in items or []:
        yield name, item["key"]
