"""The alerts: rules over kube-state-metrics, since Ralph offers no metrics; called by `emit`."""

from __future__ import annotations

from typing import Any


def list_alerts(namespace: str) -> list[dict[str, Any]]:
    """Return the alert rules of one namespace."""
    of_deployment = f'{{namespace="{namespace}",deployment="ralph"}}'
    of_container = f'{{namespace="{namespace}",container="ralph"}}'
    return [
        {
            "name": "RalphDown",
            # A Deployment scaled to zero on purpose is not down.
            "expr": (
                f"kube_deployment_status_replicas_available{of_deployment} == 0"
                f" and kube_deployment_spec_replicas{of_deployment} > 0"
            ),
            "for_": "5m",
            "severity": "critical",
            "summary": "No Ralph pod is ready; statements are lost once the LMS stops retrying.",
        },
        {
            "name": "RalphHighRestarts",
            "expr": f"increase(kube_pod_container_status_restarts_total{of_container}[1h]) > 3",
            "for_": "5m",
            "severity": "warning",
            "summary": "A Ralph container restarted more than three times within an hour.",
        },
    ]
