"""Alerts over the metrics that Vector exposes, each with a runbook. Called by `deployment`."""

from __future__ import annotations

from typing import Any

# Gauge and counter names as of Vector 0.53; 0.58 removed the older buffer_byte_size.
# Source: Vector release notes 0.53 and 0.58, read 2026-11.


def rules(values: dict[str, Any], namespace: str) -> list[dict[str, str]]:
    """Return the rules, for this installation's pods only."""
    found = [
        _down("VectorAggregatorDown", "vector-aggregator", namespace, severity="critical"),
        _discards(namespace),
        _sink_errors(namespace),
        _buffer_filling(namespace),
        _dead_letters(namespace),
    ]
    if values["mode"] == "agent":
        found.insert(1, _down("VectorAgentDown", "vector-agent", namespace, severity="warning"))
    return found


def _down(name: str, workload: str, namespace: str, *, severity: str) -> dict[str, str]:
    pods = f'namespace="{namespace}", pod=~"{workload}-.*"'
    return {
        "name": name,
        "expr": f"up{{{pods}}} == 0 or absent(up{{{pods}}})",
        "for_": "10m",
        "severity": severity,
        "summary": f"A {workload} pod does not answer: events wait in logs or buffers.",
    }


def _discards(namespace: str) -> dict[str, str]:
    """Return the rule for lost events; lines that a filter leaves out on purpose do not count."""
    component = (
        f'vector_component_discarded_events_total{{namespace="{namespace}", intentional="false"}}'
    )
    buffer = f'vector_buffer_discarded_events_total{{namespace="{namespace}"}}'
    labels = "namespace, pod, component_id"
    return {
        "name": "VectorDiscardsEvents",
        "expr": f"{_grew(component, '15m', labels)} or {_grew(buffer, '15m', labels)}",
        "for_": "0m",
        "severity": "critical",
        "summary": "Vector drops events at {{ $labels.component_id }} of {{ $labels.pod }}.",
    }


def _sink_errors(namespace: str) -> dict[str, str]:
    errors = f'vector_component_errors_total{{namespace="{namespace}", component_kind="sink"}}'
    return {
        "name": "VectorSinkErrors",
        "expr": f"sum by (namespace, pod, component_id) (rate({errors}[10m])) > 0",
        "for_": "10m",
        "severity": "warning",
        "summary": "{{ $labels.component_id }} of {{ $labels.pod }} keeps failing to deliver.",
    }


def _buffer_filling(namespace: str) -> dict[str, str]:
    where = f'{{namespace="{namespace}"}}'
    share = (
        f"vector_buffer_size_bytes{where} / ignoring (buffer_id) "
        f"vector_buffer_max_size_bytes{where}"
    )
    return {
        "name": "VectorBufferFilling",
        "expr": f"max by (namespace, pod, component_id) ({share}) > 0.7",
        "for_": "10m",
        "severity": "warning",
        "summary": "Buffer of {{ $labels.component_id }} on {{ $labels.pod }} is over 70 % full.",
    }


def _dead_letters(namespace: str) -> dict[str, str]:
    total = f'aspects_dead_letters_total{{namespace="{namespace}"}}'
    return {
        "name": "VectorDeadLetters",
        "expr": _grew(total, "1h", "namespace, logger, reason"),
        "for_": "0m",
        "severity": "warning",
        "summary": "Lines of {{ $labels.logger }} are not valid events: {{ $labels.reason }}.",
    }


def _grew(metric: str, window: str, labels: str) -> str:
    """Return that a counter grew; its first value counts too, which increase() would miss."""
    grown = f"sum by ({labels}) (increase({metric}[{window}])) > 0"
    born = f"sum by ({labels}) ({metric} unless {metric} offset {window}) > 0"
    return f"({grown} or {born})"
