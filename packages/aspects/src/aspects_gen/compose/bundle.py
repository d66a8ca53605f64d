"""All services' outputs gathered: the plain data that composition works on, step by step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from aspects_gen.compose.tools import Digest, EmitTools, name_images
from aspects_gen.services.contract import (
    Endpoint,
    Job,
    Manifest,
    Need,
    Output,
    Secret,
    Service,
    Workload,
)
from aspects_gen.values.resolve import SPANNING, Values

POD_OWNERS = ("Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job")


@dataclass
class Item:
    """One Kubernetes object and the output folder it goes to."""

    folder: str
    manifest: Manifest

    @property
    def kind(self) -> str:
        """Return the object's kind."""
        return str(self.manifest["kind"])

    @property
    def name(self) -> str:
        """Return the object's name."""
        return str(self.manifest["metadata"]["name"])

    @property
    def id(self) -> str:
        """Return kind/name in lower case, as the contract's ids."""
        return f"{self.kind.lower()}/{self.name}"


@dataclass
class FileSet:
    """The files of one ConfigMap and the output folder they go to."""

    folder: str
    files: dict[str, str]


class Step(NamedTuple):
    """One line of the order: what happens in which wave, after what, and why."""

    wave: int
    id: str
    folder: str
    after: tuple[str, ...]
    why: str


@dataclass
class Bundle:
    """What is being composed. Steps add to `items` or complete what is in them; they remove nothing."""

    values: Values
    outputs: dict[str, Output]
    endpoints: dict[str, Endpoint]
    items: list[Item] = field(default_factory=list)
    files: dict[str, FileSet] = field(default_factory=dict)
    workloads: dict[str, Workload] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    needs: list[Need] = field(default_factory=list)
    secrets: dict[str, Secret] = field(default_factory=dict)
    readers: dict[str, set[str]] = field(default_factory=dict)
    """Secret name -> folders that declared it."""
    images: dict[str, str] = field(default_factory=dict)
    """Component -> reference."""
    job_names: dict[str, str] = field(default_factory=dict)
    """Id of a Job -> the name it gets in the cluster, with a hash of its content."""
    waves: dict[str, int] = field(default_factory=dict)
    """Id of an object -> its sync wave."""
    steps: list[Step] = field(default_factory=list)

    @property
    def settings(self) -> dict[str, Any]:
        """Return the complete values."""
        return self.values.data

    def owners(self) -> Iterator[Item]:
        """Yield the objects that own pods."""
        return (item for item in self.items if item.kind in POD_OWNERS)

    def add(self, folder: str, manifest: Manifest) -> None:
        """Add an object."""
        self.items.append(Item(folder, manifest))


def pod_template(manifest: Manifest) -> dict[str, Any]:
    """Return the pod template inside a workload; metadata and spec are there afterwards."""
    spec = manifest["spec"]
    if manifest["kind"] == "CronJob":
        spec = spec["jobTemplate"]["spec"]
    template: dict[str, Any] = spec["template"]
    template.setdefault("metadata", {})
    return template


def containers(pod: dict[str, Any]) -> list[dict[str, Any]]:
    """Return every container of a pod spec, init containers first."""
    return [*pod.get("initContainers", []), *pod["containers"]]


def gather(values: Values, services: Mapping[str, Service], digest_of: Digest) -> Bundle:
    """Call every enabled service's emit and gather what it returns.

    Args:
        values: the complete values.
        services: every discovered service.
        digest_of: the image lock.

    Raises:
        ValueError: two services emit an object, ConfigMap or Secret of the same name.
    """
    enabled = {n: s for n, s in services.items() if values.data[n].get("enabled", True)}
    endpoints = {
        f"{name}/{endpoint['name']}": endpoint
        for name, service in enabled.items()
        for endpoint in service.offers(values.data[name], values.site)
    }
    bundle = Bundle(values, {}, endpoints)
    pinned = {
        name: name_images(service.images(), values.data["images"], digest_of)
        for name, service in enabled.items()
    }
    for name, service in enabled.items():
        references = pinned[name]
        if name == SPANNING:
            # its Jobs run in the images of the services they prepare
            references = {c: ref for own in pinned.values() for c, ref in own.items()}
        folder = Path(str(service.__file__)).parent  # type: ignore[attr-defined]
        tools = EmitTools(folder, values.site, endpoints=endpoints, references=references)
        output = service.emit(values.data if name == SPANNING else values.data[name], tools)
        bundle.outputs[name] = output
        _add_output(bundle, name, output)
        _note_images(bundle, references)
    _refuse_shared_names(bundle)
    return bundle


def _refuse_shared_names(bundle: Bundle) -> None:
    """Refuse two workloads of one name: pods are selected by it, so a Service would reach both."""
    seen: dict[str, str] = {}
    for item in bundle.owners():
        if item.id not in bundle.workloads:
            raise ValueError(f"{item.id} is emitted without an entry in `workloads`")
        if item.name in seen:
            raise ValueError(
                f"{seen[item.name]} and {item.id} share a name: pods are selected by it"
            )
        seen[item.name] = item.id


def _add_output(bundle: Bundle, name: str, output: Output) -> None:
    for manifest in output.get("objects", []):
        bundle.add(name, manifest)
    for config_map, files in output.get("files", {}).items():
        if config_map in bundle.files:
            raise ValueError(f"two services emit the ConfigMap {config_map}")
        bundle.files[config_map] = FileSet(name, files)
    for job in output.get("jobs", []):
        bundle.jobs[f"job/{job['name']}"] = job
        bundle.workloads[f"job/{job['name']}"] = job["workload"]
        bundle.add(name, _job_manifest(job))
    bundle.workloads |= output.get("workloads", {})
    bundle.needs += output.get("needs", [])
    for secret in output.get("secrets", []):
        _add_secret(bundle, name, secret)


def _add_secret(bundle: Bundle, folder: str, secret: Secret) -> None:
    known = bundle.secrets.setdefault(secret["name"], {"name": secret["name"], "keys": {}})
    for key, demand in secret["keys"].items():
        known["keys"].setdefault(key, demand)
    bundle.readers.setdefault(secret["name"], set()).add(folder)


def _job_manifest(job: Job) -> Manifest:
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": job["name"], "annotations": {"aspects/about": job["about"]}},
        "spec": {
            "backoffLimit": job.get("retries", 3),
            "activeDeadlineSeconds": job["deadline_seconds"],
            "template": {"spec": {"restartPolicy": "Never", **job["pod"]}},
        },
    }


def _note_images(bundle: Bundle, references: Mapping[str, str]) -> None:
    used = {
        container["image"]
        for item in bundle.owners()
        for container in containers(pod_template(item.manifest)["spec"])
    }
    bundle.images |= {name: ref for name, ref in references.items() if ref in used}
