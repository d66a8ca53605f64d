"""Regular backups: a CronJob that sends BACKUP to the server."""

from __future__ import annotations

from typing import Any

from aspects_clickhouse import destination, topology
from aspects_clickhouse.client import client_files, client_pod, client_workload


def backup_output(values: dict[str, Any], tools: Any) -> dict[str, Any]:
    """Return the CronJob with its scripts."""
    return {
        "objects": [_cron_job(values, tools)],
        "files": {topology.BACKUP: client_files(values, tools, topology.BACKUP)},
        "workloads": {topology.BACKUP_ID: client_workload(values)},
        "needs": [
            {
                "client": topology.BACKUP_ID,
                "endpoint": "clickhouse/ddl-native",
                "why": "starts backups",
            }
        ],
    }


def _cron_job(values: dict[str, Any], tools: Any) -> dict[str, Any]:
    backup = values["backup"]
    job = {
        # a second try finds the backup that still runs, or starts another
        "backoffLimit": 2,
        "activeDeadlineSeconds": backup["deadlineSeconds"],
        "template": {"spec": _pod(values, tools)},
    }
    return {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"name": topology.BACKUP},
        "spec": {
            "schedule": backup["schedule"],
            "timeZone": "Etc/UTC",
            "concurrencyPolicy": "Forbid",
            "startingDeadlineSeconds": 3600,
            "successfulJobsHistoryLimit": 3,
            "failedJobsHistoryLimit": 3,
            "jobTemplate": {"spec": job},
        },
    }


def _pod(values: dict[str, Any], tools: Any) -> dict[str, Any]:
    settings = {"DATABASES": " ".join(values["backup"]["databases"])}
    if not destination.on_volume(values):
        return client_pod(values, tools, name=topology.BACKUP, settings=settings)
    settings["KEEP"] = str(values["backup"]["keep"])
    settings["BACKUP_DIRECTORY"] = destination.DIRECTORY
    pod = client_pod(values, tools, name=topology.BACKUP, settings=settings)
    # only a process on the volume can delete: the server has no statement for it
    mount = {"name": "backups", "mountPath": destination.DIRECTORY}
    claim = {"claimName": destination.VOLUME_CLAIM}
    pod["containers"][0]["volumeMounts"].append(mount)
    pod["volumes"].append({"name": "backups", "persistentVolumeClaim": claim})
    return {**pod, "affinity": _beside_server()}


def _beside_server() -> dict[str, Any]:
    # a ReadWriteOnce volume is on one node at a time
    term = {
        "labelSelector": {"matchLabels": {"app.kubernetes.io/name": topology.SERVER}},
        "topologyKey": "kubernetes.io/hostname",
    }
    return {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}
