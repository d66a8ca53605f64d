"""The output of the service: which parts in which order; called by `emit` of the package."""

from __future__ import annotations

from typing import Any

from . import alerts, credentials, lms, logs, server, settings, store
from .edges import list_needs


def build_output(values: dict[str, Any], tools: Any) -> dict[str, Any]:
    """Return everything Ralph deploys, in the shape of the seam's `Output`."""
    backend = store.find_store(values, tools)
    env = settings.list_env(values, backend, tools)
    access = credentials.build_access(values, tools)
    return {
        "objects": [
            server.build_deployment(values, env, access, tools),
            server.build_service(values),
        ],
        "files": {**logs.build_files(values, tools), **access["files"]},
        "workloads": {server.WORKLOAD: server.describe_workload(values)},
        "secrets": credentials.list_secrets(values),
        "needs": list_needs(values, backend),
        "routes": server.list_routes(values),
        "alerts": alerts.list_alerts(tools.site["namespace"]),
        "lms": lms.build_request(values),
    }
