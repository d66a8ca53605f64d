"""Rules that keep workloads up, and drains of nodes possible."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from aspects_gen.compose.bundle import Item
from aspects_gen.lint.finding import Flaw, blame
from aspects_gen.lint.survey import Pod, Survey

KEEPER = "keeper"


def check_probes(survey: Survey) -> Iterator[Flaw]:
    """Yield containers behind a Service without a readiness or liveness probe."""
    served: dict[tuple[str, str], tuple[Pod, dict[str, Any]]] = {}
    for item, pods in survey.backends:
        for pod in pods:
            for container in _behind(item, pod):
                served[(pod.item.id, container["name"])] = (pod, container)
    for pod, container in served.values():
        lacking = [name for name in ("readiness", "liveness") if f"{name}Probe" not in container]
        if lacking and pod.is_long_running:
            problem = (
                f"container {container['name']} serves without a {' and '.join(lacking)} probe"
            )
            yield blame(pod.item, problem, "give the container that probe's handler")


def _behind(service: Item, pod: Pod) -> list[dict[str, Any]]:
    """Return a pod's containers that listen on a port of a Service."""
    ports = service.manifest["spec"].get("ports", [])
    targets = {entry.get("targetPort", entry["port"]) for entry in ports}
    return [
        container
        for container in pod.servers
        if any(
            port.get("name") in targets or port["containerPort"] in targets
            for port in container.get("ports", [])
        )
    ]


def check_liveness(survey: Survey) -> Iterator[Flaw]:
    """Yield long-running containers that nothing restarts when they hang."""
    for pod in survey.pods:
        for container in pod.spec["containers"] if pod.is_long_running else ():
            if "livenessProbe" not in container:
                problem = f"container {container['name']} has no liveness probe"
                yield blame(pod.item, problem, "give the container a handler for one")


def check_budget_room(survey: Survey) -> Iterator[Flaw]:
    """Yield disruption budgets that hold up every drain."""
    for item in survey.of("PodDisruptionBudget"):
        spec = item.manifest["spec"]
        for pod in survey.selected(spec.get("selector", {})):
            count = _fewest(survey, pod)
            if _room(spec, count) < 1:
                key = "maxUnavailable" if "maxUnavailable" in spec else "minAvailable"
                problem = f"{key} {spec[key]} of {count} pods lets none go: drains never end"
                yield blame(item, problem, "allow at least one pod to go: maxUnavailable: 1")


def _fewest(survey: Survey, pod: Pod) -> int:
    """Return how many pods a workload has at least."""
    for item in survey.of("HorizontalPodAutoscaler"):
        target = item.manifest["spec"]["scaleTargetRef"]
        if f"{target['kind'].lower()}/{target['name']}" == pod.item.id:
            return int(item.manifest["spec"].get("minReplicas", 1))
    return pod.replicas


def _room(spec: dict[str, Any], count: int) -> int:
    """Return how many pods a budget lets go. Percentages round up, as the controller does."""
    if "maxUnavailable" in spec:
        return _share(spec["maxUnavailable"], count)
    return count - _share(spec.get("minAvailable", 0), count)


def _share(value: int | str, count: int) -> int:
    if isinstance(value, str) and value.endswith("%"):
        return math.ceil(count * int(value[:-1]) / 100)
    return int(value)


def check_budgets_exist(survey: Survey) -> Iterator[Flaw]:
    """Yield workloads of several pods that a drain may take away all at once."""
    if not survey.settings["availability"]["disruptionBudgets"]:
        return
    budgets = [
        item.manifest["spec"].get("selector", {}) for item in survey.of("PodDisruptionBudget")
    ]
    covered = {pod.item.id for selector in budgets for pod in survey.selected(selector)}
    for pod in survey.pods:
        scaled = pod.item.kind in ("Deployment", "StatefulSet")
        if scaled and pod.item.id not in covered and _fewest(survey, pod) > 1:
            problem = f"{_fewest(survey, pod)} pods and no PodDisruptionBudget"
            yield blame(pod.item, problem, "leave the budget to composition")


def check_keepers(survey: Survey) -> Iterator[Flaw]:
    """Yield quorums of an even number of keepers."""
    for pod in survey.pods:
        if pod.item.kind == "StatefulSet" and KEEPER in pod.item.name and pod.replicas % 2 == 0:
            problem = f"{pod.replicas} keepers bear no more losses than {max(pod.replicas - 1, 0)}"
            key = survey.tuning_key(pod, "replicas")
            yield blame(pod.item, problem, "run an odd number: 1, 3 or 5", key)


def check_autoscalers(survey: Survey) -> Iterator[Flaw]:
    """Yield autoscalers that cannot work, or that a sync would fight."""
    for item in survey.of("HorizontalPodAutoscaler"):
        spec = item.manifest["spec"]
        target = spec["scaleTargetRef"]
        pod = next((p for p in survey.pods if p.item.id == _id(target)), None)
        low, high = spec.get("minReplicas", 1), spec["maxReplicas"]
        key = survey.tuning_key(pod, "autoscaling") if pod else ()
        if low > high:
            fix = "raise maxReplicas, or lower minReplicas"
            yield blame(item, f"minReplicas {low} is over maxReplicas {high}", fix, key)
        if pod and "replicas" in pod.item.manifest["spec"]:
            problem = f"{_id(target)} sets replicas too, so that each sync undoes the autoscaler"
            yield blame(item, problem, "leave spec.replicas out of the workload")
        for name in _unmeasured(spec, pod) if pod else ():
            problem = (
                f"a container of {_id(target)} requests no {name}, so that its use has no measure"
            )
            yield blame(item, problem, f"set resources.requests.{name}", key)


def _id(target: dict[str, str]) -> str:
    return f"{target['kind'].lower()}/{target['name']}"


def _unmeasured(spec: dict[str, Any], pod: Pod) -> list[str]:
    """Return the resources by which an autoscaler judges and which some container does not request."""
    names = [m["resource"]["name"] for m in spec.get("metrics", []) if m["type"] == "Resource"]
    requests = [c.get("resources", {}).get("requests", {}) for c in pod.spec["containers"]]
    return [name for name in names if any(name not in request for request in requests)]


def check_shared_claims(survey: Survey) -> Iterator[Flaw]:
    """Yield Deployments whose pods wait for each other's volume during a rollout."""
    for pod in survey.pods:
        if pod.item.kind != "Deployment":
            continue
        strategy = pod.item.manifest["spec"].get("strategy", {}).get("type", "RollingUpdate")
        for name in _single_claims(survey, pod):
            if strategy != "Recreate" or pod.replicas > 1:
                problem = f"two pods at once would want the claim {name}, which one node holds"
                fix = "use a StatefulSet, or strategy Recreate with one replica"
                yield blame(pod.item, problem, fix)


def _single_claims(survey: Survey, pod: Pod) -> list[str]:
    """Return the claims of a pod that one node at a time can mount."""
    names = [
        v["persistentVolumeClaim"]["claimName"]
        for v in pod.volumes
        if "persistentVolumeClaim" in v
    ]
    claims = {item.name: item.manifest["spec"] for item in survey.of("PersistentVolumeClaim")}
    return [n for n in names if "ReadWriteMany" not in claims.get(n, {}).get("accessModes", [])]
