"""Public addresses: Ingress or Gateway API routes, by one value."""

from __future__ import annotations

from typing import Any

from aspects_gen.compose.bundle import Bundle
from aspects_gen.services.contract import Route


def add_routes(bundle: Bundle) -> None:
    """Add an object for each public address that a service declares."""
    settings = bundle.settings["routes"]
    builders = {"ingress": _ingress, "gateway": _http_route}
    builder = builders.get(settings["kind"])
    if builder is None:
        return
    https = bundle.settings["site"]["https"]
    for folder, output in bundle.outputs.items():
        for route in output.get("routes", []):
            manifest = builder(route, settings, https)
            if settings["annotations"]:
                manifest["metadata"]["annotations"] = dict(settings["annotations"])
            bundle.add(folder, manifest)


def _ingress(route: Route, settings: dict[str, Any], https: bool) -> dict[str, Any]:
    service = {"name": route["service"], "port": {"number": route["port"]}}
    path = {"path": "/", "pathType": "Prefix", "backend": {"service": service}}
    spec: dict[str, Any] = {"rules": [{"host": route["host"], "http": {"paths": [path]}}]}
    if settings["ingressClass"]:
        spec["ingressClassName"] = settings["ingressClass"]
    if https:
        secret = settings["tlsSecret"] or f"{route['host']}-tls"
        spec["tls"] = [{"hosts": [route["host"]], "secretName": secret}]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": route["name"]},
        "spec": spec,
    }


def _http_route(route: Route, settings: dict[str, Any], _https: bool) -> dict[str, Any]:
    gateway = settings["gateway"]
    parent = {"name": gateway["name"], "namespace": gateway["namespace"]}
    if gateway["section"]:
        parent["sectionName"] = gateway["section"]
    backend = {"name": route["service"], "port": route["port"]}
    match = {"path": {"type": "PathPrefix", "value": "/"}}
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"name": route["name"]},
        "spec": {
            "parentRefs": [parent],
            "hostnames": [route["host"]],
            "rules": [{"matches": [match], "backendRefs": [backend]}],
        },
    }
