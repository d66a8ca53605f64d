"""The Celery worker and its scheduler, beat; called by `emit`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .pod import UID, WRITABLE, build_container, build_pod, build_query_pod

WORKER = "superset-worker"
BEAT = "superset-beat"
CELERY = ["celery", "--app=superset.tasks.celery_app:app"]
HEARTBEAT = "/tmp/heartbeat"  # noqa: S108  (an emptyDir of the pod's own)

# Minutes without a sign of life. The worker gives one every 2 s, beat at least every 30 s
# (apps/heartbeat.py). A worker that lost Redis is given time before it is restarted.
QUIET_MINUTES = 2
STUCK_MINUTES = 5


def build_workers(values: Mapping[str, Any], tools: Any) -> list[dict[str, Any]]:
    """Return the Deployments of worker and beat."""
    level = f"--loglevel={values['logLevel']}"
    worker = [
        *CELERY,
        "worker",
        "--pool=prefork",
        # A task goes to a process that is free, not to one that is busy.
        "-O",
        "fair",
        f"--concurrency={values['workerConcurrency']}",
        level,
        *values["celeryWorkerArgs"],
    ]
    beat = [*CELERY, "beat", "--pidfile=", "--schedule=/app/superset_home/beat", level]
    deployments = [
        build_deployment(values, tools, name=WORKER, command=worker),
        build_deployment(values, tools, name=BEAT, command=beat),
    ]
    # Two schedulers would send every report twice.
    deployments[1]["spec"] |= {"replicas": 1, "strategy": {"type": "Recreate"}}
    return deployments


def build_deployment(
    values: Mapping[str, Any], tools: Any, *, name: str, command: list[str]
) -> dict[str, Any]:
    """Return the Deployment of one Celery process, with probes on the age of its heartbeat."""
    container = build_container(values, tools, name=name, command=command)
    container["env"].append({"name": "HEARTBEAT_FILE", "value": HEARTBEAT})
    container |= {
        "startupProbe": recent(QUIET_MINUTES),
        "readinessProbe": recent(QUIET_MINUTES),
        "livenessProbe": recent(STUCK_MINUTES),
    }
    pod = build_query_pod(values, container) if name == WORKER else build_pod(container)
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {"template": {"spec": pod}},
    }


def recent(minutes: int) -> dict[str, Any]:
    """Return a probe that passes while the heartbeat file is younger than `minutes`."""
    test = f'test -n "$(find {HEARTBEAT} -mmin -{minutes})"'
    return {"exec": {"command": ["sh", "-c", test]}}


def workloads(values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what composition must know of worker and beat."""
    worker = {"tuning": dict(values["worker"]), "stateless": True}
    beat = {"tuning": {**values["beat"], "replicas": 1}}
    ours = {"uid": UID, "writable": WRITABLE}
    return {f"deployment/{WORKER}": {**ours, **worker}, f"deployment/{BEAT}": {**ours, **beat}}
