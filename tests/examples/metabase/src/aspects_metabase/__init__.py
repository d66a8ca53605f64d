"""Metabase for Aspects: another reader of the same ClickHouse, deployed by the same contract."""

from __future__ import annotations

from typing import Any

NAME = "metabase"


def schema() -> dict[str, Any]:
    """Return the JSON Schema of the slice."""
    return {
        "type": "object",
        "description": "Metabase, in place of Superset.",
        "additionalProperties": False,
        "properties": {
            "enabled": {"type": "boolean", "description": "Whether it runs.", "default": True},
            "host": {
                "$ref": "#/$defs/hostname",
                "description": "Public host.",
                "default": "bi.invalid",
            },
            "passwordSecret": {
                "$ref": "#/$defs/secretKey",
                "description": "Password of the reporting user in ClickHouse.",
                "default": {"name": "clickhouse-reporting", "key": "password"},
            },
            "server": {
                "$ref": "#/$defs/workload",
                "description": "The web server.",
                "default": {
                    "replicas": 1,
                    "resources": {
                        "requests": {"cpu": "250m", "memory": "1Gi"},
                        "limits": {"memory": "2Gi"},
                    },
                },
            },
        },
    }


def images() -> dict[str, Any]:
    """Return the components it runs."""
    return {"metabase": {"repository": "docker.io/metabase/metabase", "tag": "v0.55.1"}}


def offers(_values: dict[str, Any], _site: Any) -> list[dict[str, Any]]:
    """Return the addresses that others may use."""
    return [
        {
            "name": "http",
            "host": NAME,
            "port": 3000,
            "tls": False,
            "workload": "deployment/metabase",
        }
    ]


def check(_values: dict[str, Any], site: Any) -> list[tuple[str, str, str, str]]:
    """Return what is wrong with the values taken together."""
    if "clickhouse/http" in site["endpoints"]:
        return []
    return [("enabled", "there is no ClickHouse to read", "a ClickHouse", "enable clickhouse")]


def emit(values: dict[str, Any], tools: Any) -> dict[str, Any]:
    """Return everything it deploys."""
    server = tools.endpoint("clickhouse/http")
    secret = values["passwordSecret"]
    probe = {"httpGet": {"path": "/api/health", "port": "http"}}
    container = {
        "name": NAME,
        "image": tools.image(NAME),
        "ports": [{"name": "http", "containerPort": 3000}],
        "env": [
            {"name": "WAREHOUSE_HOST", "value": server["host"]},
            {"name": "WAREHOUSE_PORT", "value": str(server["port"])},
            {"name": "WAREHOUSE_PASSWORD", **tools.secret(secret["name"], secret["key"])},
        ],
        "readinessProbe": probe,
        "livenessProbe": probe,
    }
    pod = {"containers": [container]}
    service = {"name": "http", "port": 3000, "targetPort": "http"}
    return {
        "objects": [
            {
                "apiVersion": "apps/v1",
                "kind": "Deployment",
                "metadata": {"name": NAME},
                "spec": {"template": {"spec": pod}},
            },
            {
                "apiVersion": "v1",
                "kind": "Service",
                "metadata": {"name": NAME},
                "spec": {"selector": {"app.kubernetes.io/name": NAME}, "ports": [service]},
            },
        ],
        "workloads": {
            "deployment/metabase": {
                "uid": 2000,
                "writable": ["/tmp", "/plugins"],
                "tuning": values["server"],
                "stateless": True,
            }
        },
        "needs": [
            {"client": "deployment/metabase", "endpoint": "clickhouse/http", "why": "reads models"}
        ],
        "order": [
            {
                "node": "deployment/metabase",
                "after": ["job/aspects-dbt"],
                "why": "has nothing to show before the models exist",
            }
        ],
        "secrets": [
            {
                "name": secret["name"],
                "shared": True,
                "keys": {secret["key"]: {"about": "password of the reporting user"}},
            }
        ],
        "routes": [
            {
                "name": NAME,
                "host": values["host"],
                "service": NAME,
                "port": 3000,
                "workload": "deployment/metabase",
            }
        ],
    }
