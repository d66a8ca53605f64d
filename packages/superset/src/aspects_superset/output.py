"""The story of what Superset deploys: which builders, in what order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import preparation, redis_server, settings
from .addresses import DATABASE, REDIS, WEB, has_own_database, has_own_redis
from .alerts import build_alerts
from .credentials import build_secrets
from .database_server import build_database, database_workload
from .edges import build_needs, build_order
from .lms import build_request
from .web import build_route, build_web, web_workload
from .worker import build_workers, workloads


def build_output(values: Mapping[str, Any], tools: Any) -> dict[str, Any]:
    """Return everything that Superset deploys, in the contract's shape."""
    objects = [*build_web(values, tools), *build_workers(values, tools)]
    files = {settings.CONFIG_MAP: settings.build_files(values, tools)}
    files |= preparation.build_files(values, tools)
    known = {f"deployment/{WEB}": web_workload(values), **workloads(values)}
    if has_own_database(values):
        objects += build_database(values, tools)
        known[f"statefulset/{DATABASE}"] = database_workload(values)
    if has_own_redis(values):
        objects += redis_server.build_redis(values, tools)
        files[redis_server.CONFIG_MAP] = redis_server.build_files(values, tools)
        known[f"statefulset/{REDIS}"] = redis_server.redis_workload(values)
    return {
        "objects": objects,
        "files": files,
        "workloads": known,
        "jobs": preparation.build_jobs(values, tools),
        "secrets": build_secrets(values),
        "needs": build_needs(values, tools.site),
        "order": build_order(),
        "routes": [build_route(values, tools.site)],
        "alerts": build_alerts(tools.site),
        "lms": build_request(values, tools.site),
    }
