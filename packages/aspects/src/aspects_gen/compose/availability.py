"""What keeps workloads up while nodes come and go: disruption budgets, spread, autoscalers."""

from __future__ import annotations

from typing import Any

from aspects_gen.compose.bundle import Bundle, Item, pod_template
from aspects_gen.compose.labels import selector_of
from aspects_gen.compose.tune import SCALED, is_autoscaled, replicas_of

HOST = "kubernetes.io/hostname"
ZONE = "topology.kubernetes.io/zone"


def add_availability(bundle: Bundle) -> None:
    """Add budgets, spread and autoscalers to the workloads that have more than one pod."""
    settings = bundle.settings["availability"]
    for item in list(bundle.owners()):
        if item.kind not in SCALED:
            continue
        tuning = bundle.workloads[item.id].get("tuning", {})
        if is_autoscaled(tuning):
            bundle.add(item.folder, _autoscaler(item, tuning["autoscaling"]))
        if replicas_of(item, tuning) < 2:
            continue
        if settings["disruptionBudgets"]:
            bundle.add(item.folder, _budget(item))
        if settings["spread"] != "none":
            pod = pod_template(item.manifest)["spec"]
            pod["topologySpreadConstraints"] = _spread(item, settings["spread"])


def _budget(item: Item) -> dict[str, Any]:
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": item.name},
        "spec": {
            # one at a time always leaves room to drain a node, whatever the number of replicas
            "maxUnavailable": 1,
            "selector": {"matchLabels": selector_of(item.name)},
            # a pod that is broken already must not hold up a drain
            "unhealthyPodEvictionPolicy": "AlwaysAllow",
        },
    }


def _spread(item: Item, strictness: str) -> list[dict[str, Any]]:
    def constraint(key: str, when: str) -> dict[str, Any]:
        entry: dict[str, Any] = {
            "maxSkew": 1,
            "topologyKey": key,
            "whenUnsatisfiable": when,
            # else a node that the pods may not use counts as empty and holds them back
            "nodeTaintsPolicy": "Honor",
            "labelSelector": {"matchLabels": selector_of(item.name)},
        }
        if item.kind == "Deployment":
            # without it a rollout counts the old pods and packs the new ones
            entry["matchLabelKeys"] = ["pod-template-hash"]
        return entry

    hosts = "DoNotSchedule" if strictness == "required" else "ScheduleAnyway"
    return [constraint(HOST, hosts), constraint(ZONE, "ScheduleAnyway")]


def _autoscaler(item: Item, settings: dict[str, Any]) -> dict[str, Any]:
    target = {"type": "Utilization", "averageUtilization": settings.get("cpuPercent", 80)}
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": item.name},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": item.kind, "name": item.name},
            "minReplicas": settings.get("minReplicas", 1),
            "maxReplicas": settings.get("maxReplicas", 10),
            "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": target}}],
        },
    }
