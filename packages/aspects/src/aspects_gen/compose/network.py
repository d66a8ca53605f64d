"""Network policies from declared edges: nothing else may pass, in either direction."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from aspects_gen.compose.bundle import Bundle, pod_template
from aspects_gen.compose.labels import PART_OF, selector_of
from aspects_gen.services.contract import Endpoint, Need

LMS = "lms"
"""The client id of the LMS and Studio, whose pods belong to someone else."""

Rules = dict[str, list[dict[str, Any]]]


def add_policies(bundle: Bundle) -> None:
    """Add the default denial and one policy for each workload with its edges; where nothing runs, none."""
    if not bundle.settings["network"]["policies"] or not any(bundle.owners()):
        return
    bundle.add("platform", _default_denial(bundle))
    rules: dict[str, Rules] = defaultdict(lambda: {"ingress": [], "egress": []})
    for need in bundle.needs:
        _add_edge(bundle, need, rules)
    _add_routes(bundle, rules)
    _add_scrapes(bundle, rules)
    folders = {item.id: item.folder for item in bundle.items}
    for owner in sorted(rules):
        bundle.add(folders[owner], _policy(owner.partition("/")[2], rules[owner]))


def _policy(name: str, rules: Rules) -> dict[str, Any]:
    spec: dict[str, Any] = {"podSelector": {"matchLabels": selector_of(name)}}
    spec["policyTypes"] = [kind.capitalize() for kind in rules if rules[kind]]
    for kind, entries in rules.items():
        if entries:
            spec[kind] = _unique(entries)
    return _network_policy(name, spec)


def _network_policy(name: str, spec: dict[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name},
        "spec": spec,
    }


def _unique(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    kept: list[dict[str, Any]] = []
    for entry in entries:
        if entry not in kept:
            kept.append(entry)
    return kept


def _default_denial(bundle: Bundle) -> dict[str, Any]:
    """Return the policy that denies all to and from our pods, but for name look-ups."""
    network = bundle.settings["network"]
    servers: list[dict[str, Any]] = [{"namespaceSelector": _namespace(network["dnsNamespace"])}]
    servers += [{"ipBlock": {"cidr": cidr}} for cidr in network["dnsCidrs"]]
    ports = [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}]
    return _network_policy(
        "aspects-default-deny",
        {
            "podSelector": {"matchLabels": {"app.kubernetes.io/part-of": PART_OF}},
            "policyTypes": ["Ingress", "Egress"],
            "egress": [{"to": servers, "ports": ports}],
        },
    )


def _namespace(name: str) -> dict[str, Any]:
    return {"matchLabels": {"kubernetes.io/metadata.name": name}}


def _pods(owner: str) -> dict[str, Any]:
    return {"podSelector": {"matchLabels": selector_of(owner.partition("/")[2])}}


def _outside(bundle: Bundle, port: int) -> dict[str, Any]:
    ranges = bundle.settings["network"]["externalCidrs"]
    return {"to": [{"ipBlock": {"cidr": cidr}} for cidr in ranges], "ports": _ports(port)}


def _ports(port: int) -> list[dict[str, Any]]:
    return [{"protocol": "TCP", "port": port}]


def _add_edge(bundle: Bundle, need: Need, rules: dict[str, Rules]) -> None:
    client = need["client"]
    endpoint = bundle.endpoints.get(need.get("endpoint", ""))
    if endpoint is None or "workload" not in endpoint:
        port = endpoint["port"] if endpoint else need["port"]
        if client != LMS:
            rules[client]["egress"].append(_outside(bundle, port))
        return
    server = endpoint["workload"]
    ports = _ports(pod_port(bundle, endpoint))
    if client == LMS:
        peer = _lms_pods(bundle)
        if peer:
            rules[server]["ingress"].append({"from": [peer], "ports": ports})
        return
    rules[server]["ingress"].append({"from": [_pods(client)], "ports": ports})
    rules[client]["egress"].append({"to": [_pods(server)], "ports": ports})


def _lms_pods(bundle: Bundle) -> dict[str, Any]:
    lms = bundle.settings["network"]["lms"]
    peer: dict[str, Any] = {}
    if lms["namespace"]:
        peer["namespaceSelector"] = _namespace(lms["namespace"])
    if lms["podLabels"]:
        peer["podSelector"] = {"matchLabels": lms["podLabels"]}
    return peer


def pod_port(bundle: Bundle, endpoint: Endpoint) -> int:
    """Return the pod's port behind an endpoint: policies see pods, not Services.

    Raises:
        ValueError: the Service names a container port that its workload does not have.
    """
    service = next(
        (i for i in bundle.items if i.kind == "Service" and i.name == endpoint["host"]), None
    )
    if service is None:
        return endpoint["port"]
    for port in service.manifest["spec"]["ports"]:
        if port["port"] == endpoint["port"]:
            return _number(bundle, endpoint["workload"], port.get("targetPort", port["port"]))
    return endpoint["port"]


def _number(bundle: Bundle, owner: str, target: int | str) -> int:
    if isinstance(target, int):
        return target
    item = next(i for i in bundle.items if i.id == owner)
    for container in pod_template(item.manifest)["spec"]["containers"]:
        for port in container.get("ports", []):
            if port.get("name") == target:
                return int(port["containerPort"])
    raise ValueError(f"{owner} has no container port named {target}")


def _add_routes(bundle: Bundle, rules: dict[str, Rules]) -> None:
    if bundle.settings["routes"]["kind"] == "none":
        return
    controller = _namespace(bundle.settings["network"]["ingressNamespace"])
    if bundle.settings["routes"]["kind"] == "gateway":
        controller = _namespace(bundle.settings["routes"]["gateway"]["namespace"])
    for output in bundle.outputs.values():
        for route in output.get("routes", []):
            endpoint: Endpoint = {
                "name": route["name"],
                "host": route["service"],
                "port": route["port"],
                "tls": False,
                "workload": route["workload"],
            }
            ports = _ports(pod_port(bundle, endpoint))
            rules[route["workload"]]["ingress"].append(
                {"from": [{"namespaceSelector": controller}], "ports": ports}
            )


def _add_scrapes(bundle: Bundle, rules: dict[str, Rules]) -> None:
    if not bundle.settings["monitoring"]["enabled"]:
        return
    prometheus = _namespace(bundle.settings["network"]["monitoringNamespace"])
    for output in bundle.outputs.values():
        for metrics in output.get("metrics", []):
            ports = _ports(_number(bundle, metrics["workload"], metrics["port"]))
            rules[metrics["workload"]]["ingress"].append(
                {"from": [{"namespaceSelector": prometheus}], "ports": ports}
            )
