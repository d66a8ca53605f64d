"""The composed environment, indexed once so that each rule finds what it asks for at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from aspects_gen.compose.bundle import Bundle, Item, containers, pod_template
from aspects_gen.compose.configmaps import file_key
from aspects_gen.services.contract import Workload
from aspects_gen.values.paths import Path as ValuePath

LONG_RUNNING = ("Deployment", "StatefulSet", "DaemonSet")

POD_NAME = "statefulset.kubernetes.io/pod-name"
"""Label that the StatefulSet controller adds to each of its pods.

Source: https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#pod-name-label
"""


@dataclass(eq=False)
class Pod:
    """The pods of one workload; nothing in it may be changed."""

    item: Item
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    spec: dict[str, Any]
    workload: Workload | dict[str, Any]

    @property
    def is_long_running(self) -> bool:
        """Tell whether the pods are meant to stay up."""
        return self.item.kind in LONG_RUNNING

    @cached_property
    def containers(self) -> list[dict[str, Any]]:
        """Return every container, init containers first."""
        return containers(self.spec)

    @property
    def servers(self) -> list[dict[str, Any]]:
        """Return the containers that run while the pod does: its own, and init containers that stay."""
        return [c for c in self.containers if c.get("restartPolicy") == "Always"] + list(
            self.spec["containers"]
        )

    @cached_property
    def ports(self) -> list[dict[str, Any]]:
        """Return every port of the containers that stay up."""
        return [port for container in self.servers for port in container.get("ports", [])]

    def has_port(self, port: int | str) -> bool:
        """Tell whether a container listens on a port, by number or name."""
        key = "containerPort" if isinstance(port, int) else "name"
        return any(entry.get(key) == port for entry in self.ports)

    @property
    def volumes(self) -> list[dict[str, Any]]:
        """Return the pod's volumes."""
        found: list[dict[str, Any]] = self.spec.get("volumes", [])
        return found

    @property
    def replicas(self) -> int:
        """Return how many pods the object asks for; 1 where it does not say."""
        return int(self.item.manifest["spec"].get("replicas", 1))


class Survey:
    """What every rule reads; nothing in it may be changed."""

    def __init__(self, bundle: Bundle, tree: Mapping[str, str]) -> None:
        self.bundle = bundle
        self.tree = tree
        self.settings = bundle.settings
        self.namespace: str = bundle.settings["kubernetes"]["namespace"]
        self.items = bundle.items
        self.by_kind: dict[str, list[Item]] = defaultdict(list)
        for item in bundle.items:
            self.by_kind[item.kind].append(item)
        self.by_id = {item.id: item for item in bundle.items}
        self.pods = [_pod(bundle, item) for item in bundle.owners()]

    def containers(self) -> Iterator[tuple[Pod, dict[str, Any]]]:
        """Yield every container with its pod."""
        for pod in self.pods:
            for container in pod.containers:
                yield pod, container

    def of(self, *kinds: str) -> list[Item]:
        """Return the objects of some kinds."""
        return [item for kind in kinds for item in self.by_kind.get(kind, [])]

    def has(self, kind: str, name: str) -> bool:
        """Tell whether an object is emitted."""
        return f"{kind.lower()}/{name}" in self.by_id

    @cached_property
    def config_maps(self) -> dict[str, set[str]]:
        """Return the keys of every ConfigMap."""
        found = {
            name: {file_key(path) for path in files.files}
            for name, files in self.bundle.files.items()
        }
        for item in self.of("ConfigMap"):
            found[item.name] = {
                *item.manifest.get("data", {}),
                *item.manifest.get("binaryData", {}),
            }
        return found

    @cached_property
    def named_by_operator(self) -> dict[str, set[str]]:
        """Return the names that the values give to things made elsewhere: last word of the key -> names.

        `ca.configMap: site-ca` gives {"configmap": {"site-ca"}}.
        """
        found: dict[str, set[str]] = defaultdict(set)
        _collect_names(self.settings, found)
        return found

    def is_made_elsewhere(self, word: str, name: str) -> bool:
        """Tell whether the operator names something as already there, under a key that ends in a word."""
        return any(
            name in names for key, names in self.named_by_operator.items() if key.endswith(word)
        )

    def selected(self, selector: Mapping[str, Any]) -> list[Pod]:
        """Return the pods that a label selector selects; an empty one selects all."""
        return [pod for pod in self.pods if selects(selector, pod)]

    @cached_property
    def backends(self) -> list[tuple[Item, list[Pod]]]:
        """Return each Service that selects pods, with the pods."""
        return [
            (item, self.selected({"matchLabels": selector}))
            for item in self.of("Service")
            if (selector := item.manifest["spec"].get("selector"))
        ]

    @cached_property
    def argocd(self) -> dict[str, dict[str, Any]]:
        """Return Argo CD's objects by kind, read from the tree."""
        import yaml

        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        texts = [text for path, text in self.tree.items() if path.startswith("argocd/")]
        # the loader is the safe one, in C
        found = [yaml.load(text, Loader=loader) for text in texts]  # noqa: S506
        return {manifest["kind"]: manifest for manifest in found}

    def tuning_key(self, pod: Pod, *parts: str) -> ValuePath:
        """Return the values key of a workload's tuning, or that of its service where it cannot be told."""
        tuning = pod.workload.get("tuning")
        slice_name = pod.item.folder
        path = _path_of(self.settings.get(slice_name), tuning) if tuning else None
        return (slice_name, *path, *parts) if path is not None else (slice_name,)


def selects(selector: Mapping[str, Any], pod: Pod) -> bool:
    """Tell whether a label selector selects the pods of a workload."""
    wanted = selector.get("matchLabels", {})
    if not all(_has_label(pod, key, value) for key, value in wanted.items()):
        return False
    return all(_meets(entry, pod.labels) for entry in selector.get("matchExpressions", []))


def _has_label(pod: Pod, key: str, value: str) -> bool:
    if key == POD_NAME and pod.item.kind == "StatefulSet":
        name, _, ordinal = value.rpartition("-")
        return name == pod.item.name and ordinal.isdigit() and int(ordinal) < pod.replicas
    return pod.labels.get(key) == value


def _meets(entry: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    value = labels.get(entry["key"])
    match entry["operator"]:
        case "In":
            return value in entry.get("values", [])
        case "NotIn":
            return value not in entry.get("values", [])
        case "Exists":
            return value is not None
    return value is None


def _pod(bundle: Bundle, item: Item) -> Pod:
    template = pod_template(item.manifest)
    metadata = template["metadata"]
    workload: Workload | dict[str, Any] = bundle.workloads.get(item.id, {})
    labels, annotations = metadata.get("labels", {}), metadata.get("annotations", {})
    return Pod(item, labels, annotations, template["spec"], workload)


def _collect_names(value: Any, found: dict[str, set[str]]) -> None:
    entries = value.items() if isinstance(value, dict) else ()
    for key, child in entries:
        if isinstance(child, str) and child:
            found[key.lower()].add(child)
        elif isinstance(child, list):
            found[key.lower()].update(part for part in child if isinstance(part, str))
        _collect_names(child, found)
    for part in value if isinstance(value, list) else ():
        _collect_names(part, found)


def _path_of(data: Any, wanted: Any, path: ValuePath = ()) -> ValuePath | None:
    """Return the path at which the very same map stands; None for nowhere."""
    if data is wanted:
        return path
    for key, child in data.items() if isinstance(data, dict) else ():
        found = _path_of(child, wanted, (*path, key))
        if found is not None:
            return found
    return None
