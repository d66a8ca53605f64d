"""The addresses at which ClickHouse answers."""

from __future__ import annotations

from typing import Any

from aspects_clickhouse import topology

Endpoint = dict[str, Any]


def endpoints(values: dict[str, Any]) -> list[Endpoint]:
    """Return http, native, ddl-http and ddl-native; with replicas also those among themselves.

    Schema changes belong on the ddl endpoints: they name one server, so that a statement never
    meets a replica that has not caught up with the one before.
    """
    if not values["enabled"]:
        return []
    if not topology.runs_here(values):
        return _external(values)
    wait = [topology.SERVER_ID, *_restore(values)]
    first = topology.server_hosts(values)[0]
    ddl_host = first if topology.replicated(values) else topology.SERVER
    found = [
        _here(name, host, values["ports"][port], wait)
        for name, host, port in (
            ("http", topology.SERVER, "http"),
            ("native", topology.SERVER, "native"),
            ("ddl-http", ddl_host, "http"),
            ("ddl-native", ddl_host, "native"),
        )
    ]
    return found + (_among_replicas(values) if topology.replicated(values) else [])


def endpoint(values: dict[str, Any], name: str) -> Endpoint:
    """Return one of this service's own endpoints."""
    return next(found for found in endpoints(values) if found["name"] == name)


def _restore(values: dict[str, Any]) -> list[str]:
    return [topology.RESTORE_ID] if values["restore"]["enabled"] else []


def _external(values: dict[str, Any]) -> list[Endpoint]:
    there = values["external"]
    ddl_host = there["ddlHost"] or there["host"]
    found: list[Endpoint] = [
        {"name": name, "host": host, "port": there[port], "tls": there["tls"]}
        for name, host, port in (
            ("http", there["host"], "httpPort"),
            ("native", there["host"], "nativePort"),
            ("ddl-http", ddl_host, "httpPort"),
            ("ddl-native", ddl_host, "nativePort"),
        )
    ]
    wait = _restore(values)
    return [{**one, "wait": wait} for one in found] if wait else found


def _here(name: str, host: str, port: int, wait: list[str]) -> Endpoint:
    return {
        "name": name,
        "host": host,
        "port": port,
        "tls": False,
        "workload": topology.SERVER_ID,
        "wait": wait,
    }


def _among_replicas(values: dict[str, Any]) -> list[Endpoint]:
    interserver = values["ports"]["interserver"]
    found = [_here("interserver", topology.HEADLESS, interserver, [topology.SERVER_ID])]
    for name, port in (
        ("keeper", topology.KEEPER_CLIENT_PORT),
        ("raft", topology.KEEPER_RAFT_PORT),
    ):
        keeper = _here(name, topology.KEEPER, port, [topology.KEEPER_ID])
        found.append({**keeper, "workload": topology.KEEPER_ID})
    return found
