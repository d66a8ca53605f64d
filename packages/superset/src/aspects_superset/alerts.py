"""Prometheus rules over kube-state-metrics; called by `output`. Pages: docs/runbooks/."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def build_alerts(site: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rules."""
    namespace = site["namespace"]
    jobs = f'{{namespace="{namespace}",job_name=~"superset-(metadata|database|reader).*"}}'
    return [
        down("SupersetDown", "superset", namespace, "No Superset web server is ready."),
        down("SupersetWorkerDown", "superset-worker", namespace, "No Superset worker is ready."),
        down("SupersetBeatDown", "superset-beat", namespace, "Superset's scheduler is not ready."),
        {
            "name": "SupersetMetadataJobFailed",
            # A Job that succeeds at a later try still counts its failed pods.
            "expr": f"max by (namespace, job_name) (kube_job_status_failed{jobs}) > 0 "
            f"unless on (namespace, job_name) kube_job_status_succeeded{jobs} > 0",
            "for_": "1m",
            "severity": "critical",
            "summary": "A Job that prepares Superset's metadata database has failed.",
        },
    ]


def down(name: str, deployment: str, namespace: str, summary: str) -> dict[str, Any]:
    """Return a rule that fires when a Deployment has no ready pod."""
    labels = f'{{namespace="{namespace}",deployment="{deployment}"}}'
    return {
        "name": name,
        "expr": f"kube_deployment_status_replicas_available{labels} == 0",
        "for_": "5m",
        "severity": "critical" if deployment == "superset" else "warning",
        "summary": summary,
    }
