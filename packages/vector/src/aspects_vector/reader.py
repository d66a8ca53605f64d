"""The readers' Vector configuration: agent and sidecar. Called by both."""

from __future__ import annotations

import json
from typing import Any

from aspects_vector.pipeline import CONFIG_DIRECTORY, globals_of, metrics_sink, stored_loggers

# Vector's own default: per-pod metrics of pods that are gone do not pile up.
FORGET_SECONDS = 60


def agent_config(values: dict[str, Any], namespace: str, data_directory: str) -> dict[str, Any]:
    """Return the configuration of the agent on a node.

    The source cannot acknowledge (it is best effort), so the sink does not ask it to; the disk
    buffer narrows what a crash loses to the lines in flight.
    Source: Vector reference, kubernetes_logs, read 2026-11.
    """
    names = json.dumps(values["source"]["containers"])
    mine = f"includes({names}, .kubernetes.container_name)"
    return _config(
        data_directory,
        source=_pod_logs(values, values["source"]["namespace"] or namespace),
        condition=f"{mine} && ({markers(values['store'])})",
        sink=_sender(values, namespace),
    )


def sidecar_config(values: dict[str, Any], namespace: str, data_directory: str) -> dict[str, Any]:
    """Return the configuration of the sidecar beside an LMS container.

    The file source acknowledges: its checkpoint moves on only after the aggregator has the lines
    on disk.
    """
    source = {
        "type": "file",
        "include": [values["source"]["file"]],
        "read_from": "beginning",
        "max_line_bytes": values["maxLineBytes"],
        "glob_minimum_cooldown_ms": values["source"]["discoverySeconds"] * 1000,
    }
    return _config(
        data_directory,
        source=source,
        condition=markers(values["store"]),
        sink={**_sender(values, namespace), "acknowledgements": {"enabled": True}},
    )


def markers(store: dict[str, bool]) -> str:
    """Return the VRL condition that a line may hold an event that is kept."""
    text = 'string(.message) ?? ""'
    loggers = stored_loggers(store).values()
    return " || ".join(f'contains({text}, "[{logger}] ")' for logger in loggers)


def _config(
    data_directory: str,
    *,
    source: dict[str, Any],
    condition: str,
    sink: dict[str, Any],
) -> dict[str, Any]:
    return {
        **globals_of(data_directory),
        "sources": {"logs": source, "internal": {"type": "internal_metrics"}},
        "transforms": {
            "candidates": {"type": "filter", "inputs": ["logs"], "condition": condition},
            "events": {
                "type": "remap",
                "inputs": ["candidates"],
                "file": f"{CONFIG_DIRECTORY}/event.vrl",
            },
        },
        "sinks": {"aggregator": sink, "metrics": metrics_sink(["internal"], FORGET_SECONDS)},
    }


def _pod_logs(values: dict[str, Any], namespace: str) -> dict[str, Any]:
    source, size = values["source"], values["maxLineBytes"]
    found: dict[str, Any] = {
        "type": "kubernetes_logs",
        "extra_namespace_label_selector": f"kubernetes.io/metadata.name={namespace}",
        "glob_minimum_cooldown_ms": source["discoverySeconds"] * 1000,
        # The container runtime cuts lines at 16 KiB; the second limit is for the whole line.
        "max_line_bytes": size,
        "max_merged_line_bytes": size,
    }
    if source["podLabels"]:
        pairs = sorted(source["podLabels"].items())
        found["extra_label_selector"] = ",".join(f"{key}={value}" for key, value in pairs)
    return found


def _sender(values: dict[str, Any], namespace: str) -> dict[str, Any]:
    return {
        "type": "vector",
        "inputs": ["events"],
        "address": f"vector-aggregator.{namespace}.svc:{values['port']}",
        "compression": True,
        "buffer": {
            "type": "disk",
            "max_size": values["agentBufferBytes"],
            "when_full": "block",
        },
    }
