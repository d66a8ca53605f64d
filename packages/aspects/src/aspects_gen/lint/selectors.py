"""Rules about label selectors: what selects must select, and no more than it should."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aspects_gen.compose.bundle import Item
from aspects_gen.lint.finding import Flaw, blame
from aspects_gen.lint.survey import LONG_RUNNING, Pod, Survey


def check_workload_selectors(survey: Survey) -> Iterator[Flaw]:
    """Yield workloads whose selector misses their own pods or catches another's."""
    for pod in survey.pods:
        if pod.item.kind not in LONG_RUNNING:
            continue
        selector = pod.item.manifest["spec"].get("selector", {})
        caught = survey.selected(selector)
        if pod not in caught:
            problem = "the selector does not match the labels of its own pods"
            yield blame(pod.item, problem, "give the pod template every label of the selector")
        others = sorted(other.item.id for other in caught if other.item is not pod.item)
        if others:
            problem = f"the selector also catches the pods of {', '.join(others)}"
            yield blame(pod.item, problem, "select by a label that only these pods have")


def check_services(survey: Survey) -> Iterator[Flaw]:
    """Yield Services in front of no pods, or of Jobs."""
    for item, pods in survey.backends:
        if not any(pod.is_long_running for pod in pods):
            yield blame(item, "the selector selects no pods that stay up", _FIX)


_FIX = "select app.kubernetes.io/name: NAME, with the name of an emitted workload"


def check_budgets(survey: Survey) -> Iterator[Flaw]:
    """Yield disruption budgets of no pods, or of the pods of several workloads."""
    for item in survey.of("PodDisruptionBudget"):
        count = len(survey.selected(item.manifest["spec"].get("selector", {})))
        if count != 1:
            problem = f"the selector selects the pods of {count} workloads, where it must be one"
            yield blame(item, problem, _FIX)


def check_autoscalers(survey: Survey) -> Iterator[Flaw]:
    """Yield autoscalers of workloads that are not there."""
    for item in survey.of("HorizontalPodAutoscaler"):
        target = item.manifest["spec"]["scaleTargetRef"]
        if not survey.has(target["kind"], target["name"]):
            problem = f"scales {target['kind']}/{target['name']}, which nothing emits"
            yield blame(item, problem, "name an emitted workload")


def check_monitors(survey: Survey) -> Iterator[Flaw]:
    """Yield monitors that find nothing to scrape."""
    for item in survey.of("ServiceMonitor", "PodMonitor"):
        spec = item.manifest["spec"]
        ports = [entry.get("port") for entry in spec.get("endpoints", [])]
        ports += [entry.get("port") for entry in spec.get("podMetricsEndpoints", [])]
        selector = spec.get("selector", {})
        named = _named_ports(survey, item, selector)
        for port in ports:
            if port not in named:
                problem = f"scrapes the port {port}, which nothing that it selects has"
                yield blame(item, problem, "name a port of the selected Service or pods")


def _named_ports(survey: Survey, monitor: Item, selector: dict[str, Any]) -> set[str]:
    if monitor.kind == "PodMonitor":
        return {port.get("name", "") for pod in survey.selected(selector) for port in pod.ports}
    wanted = selector.get("matchLabels", {}).items()
    services = [
        item
        for item in survey.of("Service")
        if wanted <= item.manifest["metadata"].get("labels", {}).items()
    ]
    return {
        port.get("name", "")
        for item in services
        for port in item.manifest["spec"].get("ports", [])
    }


def check_spread(survey: Survey) -> Iterator[Flaw]:
    """Yield spread constraints that do not count the pods they are meant for."""
    for pod in survey.pods:
        for constraint in pod.spec.get("topologySpreadConstraints", []):
            if pod not in survey.selected(constraint.get("labelSelector", {})):
                problem = f"spread over {constraint['topologyKey']} does not count its own pods"
                yield blame(pod.item, problem, "select the labels of the pod template")


def check_policies(survey: Survey) -> Iterator[Flaw]:
    """Yield network policies, and peers in them, that select no pods here."""
    for item in survey.of("NetworkPolicy"):
        spec = item.manifest["spec"]
        if not survey.selected(spec.get("podSelector", {})):
            yield blame(item, "podSelector selects no pods", _FIX)
        for selector in _local_peers(survey, spec):
            if not survey.selected(selector):
                shown = ", ".join(f"{k}={v}" for k, v in selector.get("matchLabels", {}).items())
                yield blame(item, f"a rule allows pods with {shown}, and there are none", _FIX)


def _local_peers(survey: Survey, spec: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the selectors of peers in this namespace, less the LMS's pods, which others deploy."""
    lms = survey.settings["network"]["lms"]["podLabels"]
    rules = [*spec.get("ingress", []), *spec.get("egress", [])]
    for peer in (peer for rule in rules for peer in (*rule.get("from", []), *rule.get("to", []))):
        selector = peer.get("podSelector")
        if selector is None or "namespaceSelector" in peer:
            continue
        if selector.get("matchLabels") != lms:
            yield selector


def check_policy_ports(survey: Survey) -> Iterator[Flaw]:
    """Yield ports that a policy opens and the pods behind them do not have."""
    for item in survey.of("NetworkPolicy"):
        for pods, rule in _openings(survey, item.manifest["spec"]):
            closed = [p for p in rule.get("ports", []) if not any(_opens(pod, p) for pod in pods)]
            for port in closed:
                problem = f"opens port {port.get('port')}, on which the pods do not listen"
                yield blame(item, problem, "open the container's port, not the Service's")


def _openings(survey: Survey, spec: dict[str, Any]) -> Iterator[tuple[list[Pod], dict[str, Any]]]:
    """Yield the pods here that a rule lets be reached, with the rule."""
    for rule in spec.get("ingress", []):
        yield survey.selected(spec.get("podSelector", {})), rule
    for rule in spec.get("egress", []):
        peers = rule.get("to", [])
        local = [p["podSelector"] for p in peers if "podSelector" in p and len(p) == 1]
        if local and len(local) == len(peers):
            yield [pod for selector in local for pod in survey.selected(selector)], rule


def _opens(pod: Pod, port: dict[str, Any]) -> bool:
    return "port" not in port or pod.has_port(port["port"])
