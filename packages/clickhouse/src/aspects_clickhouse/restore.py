"""One restore from a backup, as a Job."""

from __future__ import annotations

from typing import Any

from aspects_clickhouse import topology
from aspects_clickhouse.client import client_files, client_pod, client_workload


def restore_output(values: dict[str, Any], tools: Any) -> dict[str, Any]:
    """Return the restore Job; every client of the server waits for it.

    A Job runs again whenever its content changes, an upgrade of the image included. The script
    therefore marks the databases it restored, and does nothing where it finds the mark.
    """
    return {
        "files": {topology.RESTORE: client_files(values, tools, topology.RESTORE)},
        "jobs": [_job(values, tools)],
        "needs": [
            {
                "client": topology.RESTORE_ID,
                "endpoint": "clickhouse/ddl-native",
                "why": "restores a backup",
                # the endpoint waits for this Job
                "wait": False,
            }
        ],
    }


def _job(values: dict[str, Any], tools: Any) -> dict[str, Any]:
    restore = values["restore"]
    settings = {
        "BACKUP": restore["backup"],
        "DATABASES": " ".join(restore["databases"]),
        "EXISTING": restore["existing"],
        "CLUSTER": topology.cluster_name(values),
    }
    return {
        "name": topology.RESTORE,
        "about": f"Restores the backup {restore['backup']}",
        "pod": client_pod(values, tools, name=topology.RESTORE, settings=settings),
        "workload": client_workload(values),
        "after": [topology.SERVER_ID] if topology.runs_here(values) else [],
        "deadline_seconds": restore["deadlineSeconds"],
        # what a failed restore left behind is for a person to judge
        "retries": 0,
    }
