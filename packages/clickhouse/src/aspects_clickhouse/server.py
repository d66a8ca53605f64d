"""The ClickHouse servers: StatefulSet, Services, configuration."""

from __future__ import annotations

from typing import Any

from aspects_clickhouse import destination, topology
from aspects_clickhouse.configuration import CONFIG_MAP, USERS_MAP, config_maps, grace_seconds
from aspects_clickhouse.server_network import (
    connections,
    headless_service,
    pod_ports,
    service,
)
from aspects_clickhouse.volumes import claim_spec, claim_template

_DATA = "/var/lib/clickhouse"
# An address leaves the Service's endpoints a moment after the pod is told to stop.
_DRAIN_SECONDS = "5"


def server_output(values: dict[str, Any], tools: Any) -> dict[str, Any]:
    """Return the servers with all that they need to start."""
    objects = [service(values), headless_service(values), _stateful_set(values, tools)]
    if destination.on_volume(values):
        objects.append(_backup_claim(values))
    return {
        "objects": objects,
        "files": config_maps(values, tools),
        "workloads": {
            topology.SERVER_ID: {
                "uid": topology.UID,
                "writable": ["/tmp", "/var/log/clickhouse-server"],  # noqa: S108
                "tuning": {
                    **values["server"],
                    "replicas": topology.server_count(values),
                    "terminationGracePeriodSeconds": grace_seconds(values),
                },
            }
        },
        "needs": connections(values),
        "metrics": [{"workload": topology.SERVER_ID, "port": "metrics", "path": "/metrics"}],
    }


def _stateful_set(values: dict[str, Any], tools: Any) -> dict[str, Any]:
    mounts = [
        {"name": "data", "mountPath": _DATA},
        {"name": "config", "mountPath": "/etc/clickhouse-server/config.d", "readOnly": True},
        {"name": "users", "mountPath": "/etc/clickhouse-server/users.d", "readOnly": True},
    ]
    volumes: list[dict[str, Any]] = [
        {"name": "config", "configMap": {"name": CONFIG_MAP}},
        {"name": "users", "configMap": {"name": USERS_MAP}},
    ]
    if destination.on_volume(values):
        mounts.append({"name": "backups", "mountPath": destination.DIRECTORY})
        claim = {"claimName": destination.VOLUME_CLAIM}
        volumes.append({"name": "backups", "persistentVolumeClaim": claim})
    pod = {
        "enableServiceLinks": False,
        "containers": [{**_container(values, tools), "volumeMounts": mounts}],
        "volumes": volumes,
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": topology.SERVER},
        "spec": {
            "serviceName": topology.HEADLESS,
            "podManagementPolicy": "Parallel",
            "updateStrategy": {"type": "RollingUpdate"},
            "minReadySeconds": 10,
            "revisionHistoryLimit": 5,
            "persistentVolumeClaimRetentionPolicy": {
                "whenDeleted": "Retain",
                "whenScaled": "Retain",
            },
            "template": {"spec": pod},
            "volumeClaimTemplates": [claim_template(values["storage"])],
        },
    }


def _container(values: dict[str, Any], tools: Any) -> dict[str, Any]:
    return {
        "name": topology.SERVER,
        "image": tools.image("clickhouse"),
        # not the image's entrypoint: it writes a user into users.d, which is read-only here
        "command": ["clickhouse-server"],
        "args": ["--config-file=/etc/clickhouse-server/config.xml"],
        "env": _environment(values, tools),
        "ports": [
            {"name": name, "containerPort": port, "protocol": "TCP"}
            for name, port in pod_ports(values).items()
        ],
        "startupProbe": _ping(),
        "readinessProbe": _ping(),
        # /replicas_status would restart a server for being behind
        "livenessProbe": _ping(),
        "lifecycle": {"preStop": {"exec": {"command": ["sleep", _DRAIN_SECONDS]}}},
    }


def _ping() -> dict[str, Any]:
    return {"httpGet": {"path": "/ping", "port": "http"}}


def _environment(values: dict[str, Any], tools: Any) -> list[dict[str, Any]]:
    admin = values["admin"]["passwordSecret"]
    found: list[dict[str, Any]] = [
        # the watchdog is a parent process that swallows signals
        {"name": "CLICKHOUSE_WATCHDOG_ENABLE", "value": "0"},
        {"name": "CLICKHOUSE_ADMIN_PASSWORD", **tools.secret(admin["name"], admin["key"])},
    ]
    if topology.replicated(values):
        shared = values["interserver"]["passwordSecret"]
        pod_name = {"fieldRef": {"fieldPath": "metadata.name"}}
        found += [
            {"name": "POD_NAME", "valueFrom": pod_name},
            {
                "name": "CLICKHOUSE_INTERSERVER_HOST",
                "value": f"$(POD_NAME).{topology.HEADLESS}",
            },
            {
                "name": "CLICKHOUSE_INTERSERVER_PASSWORD",
                **tools.secret(shared["name"], shared["key"]),
            },
        ]
    if destination.on_bucket(values):
        found += destination.bucket_environment(values, tools)
    return found


def _backup_claim(values: dict[str, Any]) -> dict[str, Any]:
    # not a claim template: those of a StatefulSet can never change
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": destination.VOLUME_CLAIM},
        "spec": claim_spec(values["backup"]["volume"]),
    }
