"""The ClickHouse server as Jobs see it, whatever runs it. Called by the job builders."""

from __future__ import annotations

from typing import Any

from aspects_gen.services.contract import Tools

CA_FOLDER = "/etc/clickhouse-ca"
CA_FILE = "ca.crt"
"""Name of the certificate authority's file in every pod, whatever the Secret calls it."""

QUERIES = "clickhouse/http"
"""Endpoint that spreads queries over all replicas."""

SCHEMA = "clickhouse/ddl-http"
"""Endpoint of the one server that gets schema changes, so that they never outrun replication."""


def cluster_name(values: dict[str, Any]) -> str:
    """Return the cluster that schema changes run on, or an empty string for one server."""
    clickhouse = values["clickhouse"]
    if clickhouse["topology"] == "replicated":
        return str(clickhouse["cluster"])
    if clickhouse["topology"] == "external":
        return str(clickhouse["external"]["cluster"])
    return ""


def server_env(
    values: dict[str, Any], tools: Tools, endpoint: str, *, ca_folder: str = CA_FOLDER
) -> list[dict[str, Any]]:
    """Return env entries that say where the server is; no credentials.

    Raises:
        LookupError: nothing offers the endpoint, which `checks` refuses (a defect here).
    """
    found = tools.endpoint(endpoint)
    if found is None:
        raise LookupError(f"nothing offers {endpoint} although the check passed")
    entries = {
        "CLICKHOUSE_HOST": found["host"],
        "CLICKHOUSE_PORT": str(found["port"]),
        "CLICKHOUSE_TLS": "true" if found["tls"] else "false",
        "CLICKHOUSE_CLUSTER": cluster_name(values),
        "WAIT_SECONDS": str(values["aspects"]["jobs"]["waitSeconds"]),
    }
    if ca_secret(values):
        entries["CLICKHOUSE_CA"] = f"{ca_folder}/{CA_FILE}"
    return [{"name": key, "value": value} for key, value in entries.items()]


def trust_env(values: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what makes a whole process trust the certificate authority and no other.

    dbt's client takes no file of its own but trusts what OpenSSL does.
    """
    if not ca_secret(values):
        return []
    return [{"name": "SSL_CERT_FILE", "value": f"{CA_FOLDER}/{CA_FILE}"}]


def ca_secret(values: dict[str, Any]) -> dict[str, str]:
    """Return name and key of the Secret with the server's certificate authority, or nothing."""
    clickhouse = values["clickhouse"]
    if clickhouse["topology"] != "external" or not clickhouse["external"]["tls"]:
        return {}
    secret = clickhouse["external"]["caSecret"]
    return {"name": secret["name"], "key": secret["key"]} if secret["name"] else {}


def ca_volume(values: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the volume with the certificate authority, if there is one."""
    secret = ca_secret(values)
    if not secret:
        return []
    # only this key: what else the Secret holds may be the server's private key
    items = [{"key": secret["key"], "path": CA_FILE}]
    shown = {"secretName": secret["name"], "items": items}
    return [{"name": "clickhouse-ca", "secret": shown}]


def ca_mount(values: dict[str, Any], folder: str = CA_FOLDER) -> list[dict[str, Any]]:
    """Return the mount that belongs to `ca_volume`."""
    if not ca_secret(values):
        return []
    return [{"name": "clickhouse-ca", "mountPath": folder, "readOnly": True}]
