"""The web server: Deployment and Service; called by `emit`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .addresses import WEB, public_host
from .pod import UID, WRITABLE, build_container, build_query_pod

# Long addresses carry a dashboard's filters; more than this gunicorn does not take.
LINE_BYTES = 8190


def gunicorn_command(values: Mapping[str, Any]) -> list[str]:
    """Return the command of the web container."""
    gunicorn = values["gunicorn"]
    return [
        "gunicorn",
        "superset.app:create_app()",
        f"--bind=0.0.0.0:{values['port']}",
        f"--workers={gunicorn['workers']}",
        "--worker-class=gthread",
        f"--threads={gunicorn['threads']}",
        f"--timeout={gunicorn['timeoutSeconds']}",
        f"--graceful-timeout={gunicorn['timeoutSeconds']}",
        f"--keep-alive={gunicorn['keepAliveSeconds']}",
        f"--max-requests={gunicorn['maxRequests']}",
        # Processes are not all replaced at the same moment.
        f"--max-requests-jitter={gunicorn['maxRequests'] // 10}",
        f"--limit-request-line={LINE_BYTES}",
        f"--limit-request-field_size={LINE_BYTES}",
        # Memory, not disk: a slow disk must not look like a stuck process.
        "--worker-tmp-dir=/dev/shm",
        "--access-logfile=-",
        "--error-logfile=-",
    ]


def build_web(values: Mapping[str, Any], tools: Any) -> list[dict[str, Any]]:
    """Return Deployment and Service of the web server."""
    container = build_container(values, tools, name=WEB, command=gunicorn_command(values))
    container["ports"] = [{"name": "http", "containerPort": values["port"]}]
    health = {"httpGet": {"path": "/health", "port": "http"}}
    # /health stays green while every page fails; the login page needs database, cache and templates.
    login = {"httpGet": {"path": "/login/", "port": "http"}}
    container |= {"startupProbe": login, "readinessProbe": login, "livenessProbe": health}
    # Requests under way end after the Service has forgotten the pod.
    container["lifecycle"] = {"preStop": {"exec": {"command": ["sleep", "10"]}}}
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": WEB},
        "spec": {"template": {"spec": build_query_pod(values, container)}},
    }
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": WEB},
        "spec": {
            "selector": {"app.kubernetes.io/name": WEB},
            "ports": [{"name": "http", "port": values["port"], "targetPort": "http"}],
        },
    }
    return [deployment, service]


def web_workload(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what composition must know of the web server."""
    return {"uid": UID, "writable": WRITABLE, "tuning": dict(values["web"]), "stateless": True}


def build_route(values: Mapping[str, Any], site: Mapping[str, Any]) -> dict[str, Any]:
    """Return the public address."""
    return {
        "name": WEB,
        "host": public_host(values, site),
        "service": WEB,
        "port": values["port"],
        "workload": f"deployment/{WEB}",
    }
