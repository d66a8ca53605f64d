"""The parts that every Superset pod shares; called by `web`, `worker` and `preparation`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .credentials import settings_environment
from .settings import CONFIG_MAP, MOUNT

UID = 1000  # user `superset` of the image
# SUPERSET_HOME, and what Python libraries write besides.
WRITABLE = ["/tmp", "/app/superset_home"]  # noqa: S108  (an emptyDir of the pod's own)

CA_FOLDER = "/etc/superset-ca"
CA_FILE = "ca.crt"


def build_container(
    values: Mapping[str, Any], tools: Any, *, name: str, command: list[str]
) -> dict[str, Any]:
    """Return a container of the Superset image with settings mounted and secrets by reference."""
    environment = [
        {"name": "HOME", "value": "/app/superset_home"},
        {"name": "PYTHONDONTWRITEBYTECODE", "value": "1"},
        {"name": "PYTHONUNBUFFERED", "value": "1"},
        {"name": "PYTHONPATH", "value": MOUNT},
        {"name": "SUPERSET_HOME", "value": "/app/superset_home"},
        *settings_environment(values, tools),
    ]
    return {
        "name": name,
        "image": tools.image("superset"),
        "command": command,
        "env": environment,
        "volumeMounts": [{"name": "config", "mountPath": MOUNT, "readOnly": True}],
    }


def build_pod(container: dict[str, Any]) -> dict[str, Any]:
    """Return the pod spec around one container."""
    return {
        "containers": [container],
        "volumes": [{"name": "config", "configMap": {"name": CONFIG_MAP}}],
    }


def build_query_pod(values: Mapping[str, Any], container: dict[str, Any]) -> dict[str, Any]:
    """Return the pod spec of a process that queries the databases shown, whose authority it has.

    Superset trusts it only where a database's address names the file, so nothing else does.
    """
    pod, secret = build_pod(container), values["caSecret"]
    if secret["name"]:
        container["volumeMounts"].append({"name": "ca", "mountPath": CA_FOLDER, "readOnly": True})
        items = [{"key": secret["key"], "path": CA_FILE}]
        volume = {"name": "ca", "secret": {"secretName": secret["name"], "items": items}}
        pod["volumes"].append(volume)
    return pod
