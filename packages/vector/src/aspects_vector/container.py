"""The Vector container that agent and aggregator share, and the files they mount."""

from __future__ import annotations

import json
from typing import Any

from aspects_vector.pipeline import CONFIG_DIRECTORY, METRICS_PORT

CONFIG_FILE = "vector.json"
TEST_FILE = "tests.json"


def config_text(config: dict[str, Any]) -> str:
    """Return a configuration as the text of its file."""
    return json.dumps(config, indent=2, ensure_ascii=False) + "\n"


def container(
    name: str, image: str, *, log_level: str, extra_files: list[str], port: int | None = None
) -> dict[str, Any]:
    """Return the container; `port` is where it listens for lines, if it does."""
    files = [CONFIG_FILE, *sorted(extra_files)]
    ports = [{"name": "metrics", "containerPort": METRICS_PORT, "protocol": "TCP"}]
    alive = {"httpGet": {"path": "/metrics", "port": "metrics"}}
    ready: dict[str, Any] = alive
    if port is not None:
        ports.insert(0, {"name": "vector", "containerPort": port, "protocol": "TCP"})
        ready = {"tcpSocket": {"port": "vector"}}
    return {
        "name": name,
        "image": image,
        "command": ["/usr/local/bin/vector"],
        "args": [word for file in files for word in ("--config", f"{CONFIG_DIRECTORY}/{file}")],
        "env": [{"name": "VECTOR_LOG", "value": log_level}],
        "ports": ports,
        "startupProbe": alive,
        "livenessProbe": alive,
        "readinessProbe": ready,
        "volumeMounts": [{"name": "config", "mountPath": CONFIG_DIRECTORY, "readOnly": True}],
    }
