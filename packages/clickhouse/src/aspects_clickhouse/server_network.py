"""How the servers are reached and what they reach."""

from __future__ import annotations

from typing import Any

from aspects_clickhouse import destination, topology


def pod_ports(values: dict[str, Any]) -> dict[str, int]:
    """Return the ports on which a server listens, by name."""
    ports: dict[str, int] = values["ports"]
    names = ["http", "native", "metrics"]
    if topology.replicated(values):
        names.append("interserver")
    return {name: ports[name] for name in names}


def service(values: dict[str, Any]) -> dict[str, Any]:
    """Return the Service that balances clients over the ready servers."""
    ports = {name: values["ports"][name] for name in ("http", "native")}
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": topology.SERVER},
        "spec": {"type": "ClusterIP", "selector": _selector(), "ports": _service_ports(ports)},
    }


def headless_service(values: dict[str, Any]) -> dict[str, Any]:
    """Return the Service that gives each server a name of its own."""
    ports = {name: port for name, port in pod_ports(values).items() if name != "metrics"}
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": topology.HEADLESS},
        "spec": {
            "clusterIP": "None",
            # replicas find each other, and themselves, before they are ready
            "publishNotReadyAddresses": True,
            "selector": _selector(),
            "ports": _service_ports(ports),
        },
    }


def _selector() -> dict[str, str]:
    return {"app.kubernetes.io/name": topology.SERVER}


def _service_ports(ports: dict[str, int]) -> list[dict[str, Any]]:
    return [
        {"name": name, "port": port, "targetPort": name, "protocol": "TCP"}
        for name, port in ports.items()
    ]


def connections(values: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the connections that the servers open."""
    client = topology.SERVER_ID
    needs: list[dict[str, Any]] = []
    if topology.replicated(values):
        needs += [
            {"client": client, "endpoint": "clickhouse/keeper", "why": "coordinates replicas"},
            {
                "client": client,
                "endpoint": "clickhouse/interserver",
                "why": "fetches data parts from other replicas",
                "wait": False,
            },
            {
                "client": client,
                "endpoint": "clickhouse/native",
                "why": "asks other replicas",
                "wait": False,
            },
        ]
    if destination.on_bucket(values):
        host, port = destination.bucket_address(values)
        why = "writes and reads backups"
        needs.append({"client": client, "external": host, "port": port, "why": why, "wait": False})
    return needs
