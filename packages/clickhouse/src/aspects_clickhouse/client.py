"""The pod that sends BACKUP and RESTORE statements: small, since the server does the work."""

from __future__ import annotations

from typing import Any

from aspects_clickhouse import destination, topology
from aspects_clickhouse.endpoints import endpoint

_SCRIPTS = "/scripts"
_CA = "/etc/clickhouse-ca"
_POLL_SECONDS = 10
_SOURCES = {
    topology.BACKUP: "apps/backup/backup.sh",
    topology.RESTORE: "jobs/init/restore.sh",
}


def client_files(values: dict[str, Any], tools: Any, name: str) -> dict[str, str]:
    """Return the files that the workload `name` mounts: the client's configuration and scripts."""
    server = endpoint(values, "ddl-native")
    ca_secret = _ca_secret(values)
    script = _SOURCES[name]
    return {
        "client.xml": tools.render(
            "apps/backup/client.xml.j2",
            host=server["host"],
            port=server["port"],
            tls=server["tls"],
            user=login(values, name)["user"],
            ca_file=f"{_CA}/{ca_secret['key']}" if ca_secret else "",
        ),
        "statements.sh": tools.read("apps/backup/statements.sh"),
        script.rpartition("/")[2]: tools.read(script),
    }


def client_pod(
    values: dict[str, Any], tools: Any, *, name: str, settings: dict[str, str]
) -> dict[str, Any]:
    """Return the pod spec of the workload `name`, with `settings` as further environment."""
    mounts = [{"name": "scripts", "mountPath": _SCRIPTS, "readOnly": True}]
    volumes: list[dict[str, Any]] = [
        {"name": "scripts", "configMap": {"name": name}},
    ]
    ca_secret = _ca_secret(values)
    if ca_secret:
        mounts.append({"name": "ca", "mountPath": _CA, "readOnly": True})
        key = ca_secret["key"]
        secret = {"secretName": ca_secret["name"], "items": [{"key": key, "path": key}]}
        volumes.append({"name": "ca", "secret": secret})
    environment = _environment(values, tools, login(values, name)["secret"])
    environment += [{"name": key, "value": value} for key, value in settings.items()]
    return {
        "restartPolicy": "Never",
        "enableServiceLinks": False,
        "containers": [
            {
                "name": name,
                "image": tools.image("clickhouse"),
                "command": ["sh", f"{_SCRIPTS}/{_SOURCES[name].rpartition('/')[2]}"],
                "env": environment,
                "volumeMounts": mounts,
            }
        ],
        "volumes": volumes,
    }


def client_workload(values: dict[str, Any]) -> dict[str, Any]:
    """Return what composition must know of that pod."""
    return {
        "uid": topology.UID,
        "writable": ["/tmp"],  # noqa: S108
        "tuning": {"resources": values["backup"]["resources"]},
    }


def login(values: dict[str, Any], name: str) -> dict[str, Any]:
    """Return who the workload `name` logs in as: {"user", "secret": {"name", "key"}}.

    A restore creates and fills tables, which the user who takes backups need not be allowed.
    """
    backup, admin = values["backup"], values["admin"]
    if name == topology.BACKUP and backup["user"]:
        return {"user": backup["user"], "secret": backup["passwordSecret"]}
    return {"user": admin["user"], "secret": admin["passwordSecret"]}


def _ca_secret(values: dict[str, Any]) -> dict[str, str] | None:
    external: dict[str, Any] = values["external"]
    if topology.runs_here(values) or not external["tls"] or not external["caSecret"]["name"]:
        return None
    found: dict[str, str] = external["caSecret"]
    return found


def _environment(
    values: dict[str, Any], tools: Any, password: dict[str, str]
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"name": "HOME", "value": "/tmp"},  # noqa: S108
        {"name": "CLIENT_CONFIG", "value": f"{_SCRIPTS}/client.xml"},
        {"name": "POLL_SECONDS", "value": str(_POLL_SECONDS)},
        {"name": "DESTINATION", "value": destination.form(values)},
        {"name": "CLICKHOUSE_PASSWORD", **tools.secret(password["name"], password["key"])},
    ]
    if destination.form(values) == "inline":
        found.append({"name": "S3_URL", "value": destination.bucket_url(values)})
        found += destination.bucket_environment(values, tools)
    return found
