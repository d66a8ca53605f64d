"""Alerts about what this package runs. Called by `output`."""

from __future__ import annotations

from aspects_gen.services.contract import Alert

JOBS = "aspects-(access|migrate|dbt|pseudonyms|personal-data|assets|lms|unread).*"


def list_alerts(namespace: str) -> list[Alert]:
    """Return the alerts; metrics come from kube-state-metrics.

    Source: kube-state-metrics documentation, Job metrics, read 2026-11.
    """
    where = f'namespace="{namespace}",job_name=~"{JOBS}"'
    return [
        {
            "name": "AspectsJobFailed",
            "expr": f"max by (namespace, job_name) (kube_job_status_failed{{{where}}}) > 0 "
            f"unless on (namespace, job_name) kube_job_status_succeeded{{{where}}} > 0",
            "for_": "5m",
            "severity": "warning",
            "summary": "{{ $labels.job_name }} failed: databases, models or dashboards are behind",
        },
        {
            "name": "AspectsJobStuck",
            "expr": f"max by (namespace, job_name) (kube_job_status_active{{{where}}}) > 0",
            "for_": "3h",
            "severity": "warning",
            "summary": "{{ $labels.job_name }} has been running for three hours",
        },
    ]
