"""The server: Deployment, Service, endpoint and route; called by `emit`."""

from __future__ import annotations

from typing import Any

NAME = "ralph"
WORKLOAD = "deployment/ralph"

# User of the image. Source: Dockerfile of openfun/ralph, read 2026-11.
UID = 1000

# Seconds that a stopping pod still serves, so that its address leaves every node first.
DRAIN_SECONDS = 5
# Seconds between the end of the last request allowed and the kill.
MARGIN_SECONDS = 5


def build_endpoint(values: dict[str, Any]) -> dict[str, Any]:
    """Return the HTTP address inside the cluster."""
    return {
        "name": "http",
        "host": NAME,
        "port": values["port"],
        "tls": False,
        "workload": WORKLOAD,
    }


def build_deployment(
    values: dict[str, Any], env: list[dict[str, Any]], access: dict[str, Any], tools: Any
) -> dict[str, Any]:
    """Return the Deployment.

    `access` is `credentials.build_access`'s result: the init container, its volumes and the
    mount that holds the credentials file.
    """
    ca_volumes, ca_mounts = _mount_ca(values["clickhouse"]["caSecret"])
    mounts = [
        {"name": "config", "mountPath": "/etc/ralph", "readOnly": True},
        access["mount"],
        *ca_mounts,
    ]
    volumes = [
        {"name": "config", "configMap": {"name": "ralph-config"}},
        *access["volumes"],
        *ca_volumes,
    ]
    pod = {
        "initContainers": [access["container"]],
        "containers": [_build_container(values, env, mounts, tools)],
        "volumes": volumes,
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": NAME},
        "spec": {"template": {"spec": pod}},
    }


def build_service(values: dict[str, Any]) -> dict[str, Any]:
    """Return the Service inside the cluster."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": NAME},
        "spec": {
            "selector": {"app.kubernetes.io/name": NAME},
            "ports": [{"name": "http", "port": values["port"], "targetPort": "http"}],
        },
    }


def describe_workload(values: dict[str, Any]) -> dict[str, Any]:
    """Return what composition must know of the Deployment."""
    return {"uid": UID, "writable": ["/tmp"], "tuning": values["server"], "stateless": True}  # noqa: S108


def list_routes(values: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the public address, when the operator gave one."""
    if not values["publicHost"]:
        return []
    return [
        {
            "name": NAME,
            "host": values["publicHost"],
            "service": NAME,
            "port": values["port"],
            "workload": WORKLOAD,
        }
    ]


def stop_seconds(values: dict[str, Any]) -> int:
    """Return the seconds that running requests get when a pod stops, at least 1."""
    grace: int = values["server"]["terminationGracePeriodSeconds"]
    return max(1, grace - DRAIN_SECONDS - MARGIN_SECONDS)


def _build_container(
    values: dict[str, Any],
    env: list[dict[str, Any]],
    mounts: list[dict[str, Any]],
    tools: Any,
) -> dict[str, Any]:
    return {
        "name": NAME,
        "image": tools.image(NAME),
        "command": _build_command(values),
        "env": env,
        "ports": [{"name": "http", "containerPort": values["port"]}],
        # /__lbheartbeat__ never asks ClickHouse: an outage there must not restart every pod.
        "startupProbe": _probe("/__lbheartbeat__"),
        "livenessProbe": _probe("/__lbheartbeat__"),
        "readinessProbe": _probe("/__heartbeat__"),
        "lifecycle": {"preStop": {"sleep": {"seconds": DRAIN_SECONDS}}},
        "volumeMounts": mounts,
    }


def _build_command(values: dict[str, Any]) -> list[str]:
    # ralph_app is apps/ralph_app.py, Ralph itself behind a fix.
    # The server command of Ralph itself is for development only: it reloads and logs everything.
    return [
        "uvicorn",
        "ralph_app:app",
        "--proxy-headers",
        "--log-config",
        "/etc/ralph/logging.json",
        "--host",
        "0.0.0.0",  # noqa: S104 - a pod has one address, and its network policy guards it
        "--port",
        str(values["port"]),
        "--workers",
        str(values["workers"]),
        "--timeout-graceful-shutdown",
        str(stop_seconds(values)),
    ]


def _probe(path: str) -> dict[str, Any]:
    return {"httpGet": {"path": path, "port": "http"}}


def _mount_ca(ca: dict[str, str]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    if not ca["name"]:
        return [], []
    items = [{"key": ca["key"], "path": "ca.crt"}]
    volume = {"name": "ca", "secret": {"secretName": ca["name"], "items": items}}
    mount = {"name": "ca", "mountPath": "/etc/ralph-ca", "readOnly": True}
    return [volume], [mount]
