"""The store: where the ClickHouse table is that statements go to; called by `emit`."""

from __future__ import annotations

from typing import Any

ENDPOINT = "clickhouse/http"

# Ports on which Ralph's client speaks TLS; it has no other switch.
# Source: clickhouse-connect, `get_client`, parameter `interface`, read 2026-11.
TLS_PORTS = (443, 8443)


def find_store(values: dict[str, Any], tools: Any) -> dict[str, Any]:
    """Return where ClickHouse answers.

    Shape: {"host", "port", "tls", "inside": whether it is an endpoint of this deployment}.

    Raises:
        ValueError: no host in the values and no endpoint (`check` has already refused it).
    """
    own = values["clickhouse"]
    if own["host"]:
        return {"host": own["host"], "port": own["port"], "tls": own["tls"], "inside": False}
    offered = tools.endpoint(ENDPOINT)
    if offered is None:
        message = f"ralph.clickhouse.host is empty and nothing offers {ENDPOINT}"
        raise ValueError(message)
    found = {key: offered[key] for key in ("host", "port", "tls")}
    return {**found, "inside": True}
