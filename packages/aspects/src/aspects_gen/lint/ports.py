"""Rules about ports: what a Service, route, probe or endpoint names, something must listen on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aspects_gen.compose.bundle import Item
from aspects_gen.lint.finding import Flaw, blame
from aspects_gen.lint.survey import Survey

PROBES = ("startupProbe", "livenessProbe", "readinessProbe")


def check_targets(survey: Survey) -> Iterator[Flaw]:
    """Yield Service ports behind which no container listens."""
    for item, pods in survey.backends:
        for entry in item.manifest["spec"].get("ports", []):
            target = entry.get("targetPort", entry["port"])
            for pod in (pod for pod in pods if not pod.has_port(target)):
                problem = f"port {entry['port']} leads to {target}, which {pod.item.id} lacks"
                yield blame(item, problem, "name a container port of that workload as targetPort")


def check_handlers(survey: Survey) -> Iterator[Flaw]:
    """Yield probes and lifecycle hooks that call a port their container does not have."""
    for pod, container in survey.containers():
        for name, port in _called_ports(container):
            if not _listens(container, port):
                where = f"container {container['name']}, {name}"
                problem = f"{where} calls port {port}, which the container does not declare"
                yield blame(pod.item, problem, "declare the port, or call one that is there")


def _called_ports(container: dict[str, Any]) -> Iterator[tuple[str, int | str]]:
    handlers = [(name, container.get(name, {})) for name in PROBES]
    handlers += [
        (f"lifecycle {name}", hook) for name, hook in container.get("lifecycle", {}).items()
    ]
    for name, handler in handlers:
        for way in ("httpGet", "tcpSocket", "grpc"):
            if way in handler:
                yield name, handler[way]["port"]


def _listens(container: dict[str, Any], port: int | str) -> bool:
    key = "containerPort" if isinstance(port, int) else "name"
    return any(entry.get(key) == port for entry in container.get("ports", []))


def check_routes(survey: Survey) -> Iterator[Flaw]:
    """Yield routes to Services, or ports of them, that are not there."""
    for item in survey.of("Ingress", "HTTPRoute"):
        for name, port in _route_backends(item):
            problem = _missing_service(survey, name, port)
            if problem:
                yield blame(item, f"leads to {problem}", "route to a Service and port that exist")


def _route_backends(item: Item) -> Iterator[tuple[str, int | str]]:
    for rule in item.manifest["spec"].get("rules", []):
        for path in rule.get("http", {}).get("paths", []):
            service = path["backend"]["service"]
            yield service["name"], service["port"].get("number") or service["port"]["name"]
        for backend in rule.get("backendRefs", []):
            yield backend["name"], backend["port"]


def _missing_service(survey: Survey, name: str, port: int | str) -> str:
    """Return what is missing of a Service's port; empty for nothing."""
    service = survey.by_id.get(f"service/{name}")
    if service is None:
        return f"the Service {name}, which nothing emits"
    key = "port" if isinstance(port, int) else "name"
    if any(entry.get(key) == port for entry in service.manifest["spec"].get("ports", [])):
        return ""
    return f"port {port}, which the Service {name} lacks"


def check_endpoints(survey: Survey) -> Iterator[Flaw]:
    """Yield offered endpoints without the Service, port or workload that they promise."""
    for endpoint_id, endpoint in survey.bundle.endpoints.items():
        if "workload" not in endpoint:
            continue
        found = []
        if endpoint["workload"] not in survey.by_id:
            found.append(f"promises the workload {endpoint['workload']}, which nothing emits")
        missing = _missing_service(survey, _service_of(survey, endpoint["host"]), endpoint["port"])
        if missing:
            found.append(f"promises {missing}")
        for problem in found:
            fix = "make the service's `offers` say what its `emit` returns"
            yield Flaw(f"Endpoint/{endpoint_id}", "release.yaml", problem, fix)


def _service_of(survey: Survey, host: str) -> str:
    """Return the Service of a host name; the address of one pod is POD.SERVICE."""
    first, _, rest = host.partition(".")
    name, _, ordinal = first.rpartition("-")
    second = rest.partition(".")[0]
    return second if ordinal.isdigit() and survey.has("StatefulSet", name) and second else first


def check_needs(survey: Survey) -> Iterator[Flaw]:
    """Yield needs whose client or endpoint is not there."""
    from aspects_gen.compose.network import LMS

    for need in survey.bundle.needs:
        client = need["client"]
        where = f"Need/{client}"
        fix = "fix the id in the service's `needs`"
        if client != LMS and client not in survey.by_id:
            yield Flaw(where, "release.yaml", "no workload has this id", fix)
        endpoint = need.get("endpoint")
        if endpoint and endpoint not in survey.bundle.endpoints:
            problem = f"needs the endpoint {endpoint}, which nothing offers"
            yield Flaw(where, "release.yaml", problem, fix)


def check_set_services(survey: Survey) -> Iterator[Flaw]:
    """Yield StatefulSets whose governing Service is missing, or has an address of its own."""
    for item in survey.of("StatefulSet"):
        name = item.manifest["spec"].get("serviceName", "")
        service = survey.by_id.get(f"service/{name}")
        if not name:
            continue
        if service is None:
            problem = f"serviceName names the Service {name}, which nothing emits"
            yield blame(item, problem, "emit that Service, or fix the name")
        elif _set_size(survey, item) > 1 and service.manifest["spec"].get("clusterIP") != "None":
            problem = f"the Service {name} is not headless, so that its pods get no names"
            yield blame(item, problem, f"set clusterIP: None in the Service {name}")


def _set_size(survey: Survey, item: Item) -> int:
    return next(pod.replicas for pod in survey.pods if pod.item is item)
