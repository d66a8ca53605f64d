"""Prometheus operator objects from declared metrics and alerts."""

from __future__ import annotations

from typing import Any

from aspects_gen.compose.bundle import Bundle
from aspects_gen.compose.labels import NAME, selector_of
from aspects_gen.services.contract import Alert, Metrics


def add_monitors(bundle: Bundle) -> None:
    """Add what Prometheus needs to scrape each metrics endpoint and to judge it."""
    settings = bundle.settings["monitoring"]
    if not settings["enabled"]:
        return
    for folder, output in bundle.outputs.items():
        for metrics in output.get("metrics", []):
            bundle.add(folder, _monitor(bundle, metrics, settings))
        if output.get("alerts"):
            bundle.add(folder, _rules(folder, output["alerts"], bundle))


def _monitor(bundle: Bundle, metrics: Metrics, settings: dict[str, Any]) -> dict[str, Any]:
    name = metrics["workload"].partition("/")[2]
    scrape = {
        "port": metrics["port"],
        "path": metrics["path"],
        "interval": f"{settings['intervalSeconds']}s",
    }
    service = _service_of(bundle, name, metrics["port"])
    kind, selected, endpoints = (
        ("ServiceMonitor", service, "endpoints")
        if service
        else ("PodMonitor", name, "podMetricsEndpoints")
    )
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": kind,
        "metadata": {"name": name, "labels": dict(settings["labels"])},
        "spec": {"selector": {"matchLabels": selector_of(selected)}, endpoints: [scrape]},
    }


def _service_of(bundle: Bundle, workload: str, port: str) -> str:
    """Return the Service in front of a workload that has the port by name; empty for none."""
    for item in bundle.items:
        if item.kind != "Service":
            continue
        spec = item.manifest["spec"]
        if spec.get("selector", {}).get(NAME) == workload and any(
            entry.get("name") == port for entry in spec["ports"]
        ):
            return item.name
    return ""


def _runbook(name: str, settings: dict[str, Any]) -> dict[str, str]:
    """Return where an alert's runbook page is: its address, or its name where no address is known."""
    base = settings["runbookUrl"].rstrip("/")
    return {"runbook_url": f"{base}/{name}.md"} if base else {"runbook": f"{name}.md"}


def _rules(folder: str, alerts: list[Alert], bundle: Bundle) -> dict[str, Any]:
    settings = bundle.settings["monitoring"]
    rules = [
        {
            "alert": alert["name"],
            "expr": alert["expr"],
            "for": alert["for_"],
            "labels": {"severity": alert["severity"], "service": folder},
            "annotations": {"summary": alert["summary"], **_runbook(alert["name"], settings)},
        }
        for alert in alerts
    ]
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": f"aspects-{folder}", "labels": dict(settings["labels"])},
        "spec": {"groups": [{"name": f"aspects-{folder}", "rules": rules}]},
    }
