"""The operator's tuning laid on each workload: replicas, resources, probe timings, placement."""

from __future__ import annotations

from typing import Any

from aspects_gen.compose.bundle import Bundle, Item, pod_template
from aspects_gen.values.defaults import merge

SCALED = ("Deployment", "StatefulSet")
PLACEMENT = ("nodeSelector", "tolerations", "priorityClassName", "terminationGracePeriodSeconds")


def tune_workloads(bundle: Bundle) -> None:
    """Apply each workload's tuning to its object."""
    for item in bundle.owners():
        workload = bundle.workloads[item.id]
        tuning = workload.get("tuning", {})
        _scale(item, tuning)
        template = pod_template(item.manifest)
        pod = template["spec"]
        _tune_container(pod, item.name, tuning)
        for key in PLACEMENT:
            if tuning.get(key) not in (None, "", {}, []):
                pod[key] = tuning[key]
        if tuning.get("podAnnotations"):
            annotations = template["metadata"].setdefault("annotations", {})
            annotations |= tuning["podAnnotations"]
        if workload.get("stateless") and item.kind == "Deployment":
            rolling = {"maxUnavailable": 0, "maxSurge": 1}
            item.manifest["spec"].setdefault(
                "strategy", {"type": "RollingUpdate", "rollingUpdate": rolling}
            )


def _scale(item: Item, tuning: dict[str, Any]) -> None:
    if item.kind not in SCALED:
        return
    spec = item.manifest["spec"]
    if is_autoscaled(tuning):
        # an autoscaler owns the number: naming one here would reset it at every sync
        spec.pop("replicas", None)
    else:
        item.manifest["spec"] = {"replicas": tuning.get("replicas", spec.get("replicas", 1)), **{
            key: value for key, value in spec.items() if key != "replicas"
        }}  # fmt: skip


def is_autoscaled(tuning: dict[str, Any]) -> bool:
    """Tell whether an autoscaler sets the number of pods."""
    return bool(tuning.get("autoscaling", {}).get("enabled", False))


def replicas_of(item: Item, tuning: dict[str, Any]) -> int:
    """Return how many pods a workload has at least."""
    if is_autoscaled(tuning):
        return int(tuning["autoscaling"].get("minReplicas", 1))
    return int(item.manifest["spec"].get("replicas", 1))


def _tune_container(pod: dict[str, Any], name: str, tuning: dict[str, Any]) -> None:
    for container in pod["containers"]:
        if container["name"] != name:
            continue
        if tuning.get("resources"):
            container["resources"] = tuning["resources"]
        for probe, timings in tuning.get("probes", {}).items():
            handler = container.get(f"{probe}Probe")
            if handler is not None:
                container[f"{probe}Probe"] = merge(handler, timings)
