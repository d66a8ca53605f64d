"""Servers that the aggregator writes to: ClickHouse and the object store."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypedDict
from urllib.parse import urlsplit

# EKS Pod Identity hands out credentials here, over plain HTTP inside the node.
# Source: Amazon EKS user guide, "Understand how EKS Pod Identity works", read 2026-11.
POD_IDENTITY = ("169.254.170.23", 80)


class Server(TypedDict):
    """An address and whether it is an offered endpoint."""

    host: str
    port: int
    tls: bool
    endpoint: bool


def table_server(
    values: dict[str, Any], endpoint: Callable[[str], dict[str, Any] | None]
) -> Server:
    """Return the ClickHouse server: the slice's own, else the endpoint clickhouse/http.

    Raises:
        ValueError: neither exists (a bug here: `check` refuses such values).
    """
    own = values["clickhouse"]
    if own["host"]:
        return {"host": own["host"], "port": own["port"], "tls": own["tls"], "endpoint": False}
    offered = endpoint("clickhouse/http")
    if offered is None:
        raise ValueError("no ClickHouse server: clickhouse.host is empty, clickhouse/http missing")
    return {
        "host": offered["host"],
        "port": offered["port"],
        "tls": offered["tls"],
        "endpoint": True,
    }


def table_needs(client: str, server: Server) -> list[dict[str, Any]]:
    """Return the edge from a client to the ClickHouse server."""
    why = "writes events"
    if server["endpoint"]:
        return [{"client": client, "endpoint": "clickhouse/http", "why": why}]
    return [{"client": client, "external": server["host"], "port": server["port"], "why": why}]


def archive_needs(client: str, archive: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the edges from a client to the object store and to what gives credentials."""
    if not archive["enabled"]:
        return []
    host, port = _store_address(archive)
    needs = [{"client": client, "external": host, "port": port, "why": "archives statements"}]
    if archive["credentials"] == "ambient":
        host, port = POD_IDENTITY
        why = "fetches credentials of the object store"
        needs.append({"client": client, "external": host, "port": port, "why": why})
    return needs


def _store_address(archive: dict[str, Any]) -> tuple[str, int]:
    if not archive["endpoint"]:
        return f"s3.{archive['region']}.amazonaws.com", 443
    parts = urlsplit(archive["endpoint"])
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
