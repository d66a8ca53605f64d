"""The story of what this layer adds: access, migrations, models, dashboards, the LMS."""

from __future__ import annotations

from typing import Any

from aspects_gen.aspects.alerts import list_alerts
from aspects_gen.aspects.clickhouse_jobs import emit_jobs
from aspects_gen.aspects.credentials import list_secrets
from aspects_gen.aspects.edges import list_needs, list_order
from aspects_gen.aspects.lms_files import lms_files
from aspects_gen.aspects.lms_job import emit_lms
from aspects_gen.aspects.privacy_jobs import emit_privacy
from aspects_gen.aspects.superset_job import emit_superset_job
from aspects_gen.aspects.unread_job import emit_unread
from aspects_gen.services.contract import Tools


def build_output(values: dict[str, Any], tools: Tools) -> dict[str, Any]:
    """Return everything this layer deploys, in the contract's shape, and `lms_files`.

    Args:
        values: the whole tree, complete: this layer spans the services.
        tools: as for every service; `image` also knows the superset service's `superset`.
    """
    emitters = (emit_jobs, emit_unread, emit_privacy, emit_superset_job, emit_lms)
    parts = [emit(values, tools) for emit in emitters]
    output: dict[str, Any] = {"jobs": [], "files": {}, "objects": [], "workloads": {}}
    needs, secrets = list_needs(values, tools), list_secrets(values)
    for part in parts:
        output["jobs"] += part.get("jobs", [])
        output["objects"] += part.get("objects", [])
        output["files"] |= part.get("files", {})
        output["workloads"] |= part.get("workloads", {})
        needs += part.get("needs", [])
        secrets += part.get("secrets", [])
    return {
        **output,
        "needs": needs,
        "order": list_order(),
        "secrets": secrets,
        "alerts": list_alerts(tools.site["namespace"]),
        "lms_files": lms_files(values, tools),
    }
