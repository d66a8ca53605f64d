"""The keepers: the quorum that coordinates replicas."""

from __future__ import annotations

from typing import Any

from aspects_clickhouse import topology
from aspects_clickhouse.volumes import claim_template

CONFIG_MAP = "clickhouse-keeper-config"
_DATA = "/var/lib/clickhouse-keeper"
_CONFIG = "/etc/clickhouse-keeper"
_PORTS = {
    "keeper": topology.KEEPER_CLIENT_PORT,
    "raft": topology.KEEPER_RAFT_PORT,
    "control": topology.KEEPER_CONTROL_PORT,
    "metrics": topology.KEEPER_METRICS_PORT,
}


def keeper_output(values: dict[str, Any], tools: Any) -> dict[str, Any]:
    """Return the keepers with their configuration."""
    tuning = {
        "terminationGracePeriodSeconds": 60,
        **values["keeper"]["server"],
        "replicas": topology.keeper_count(values),
    }
    return {
        "objects": [_service(), _stateful_set(values, tools)],
        "files": {CONFIG_MAP: _files(values, tools)},
        "workloads": {
            topology.KEEPER_ID: {
                "uid": topology.UID,
                "writable": ["/tmp"],  # noqa: S108
                "tuning": tuning,
            }
        },
        "needs": [
            {
                "client": topology.KEEPER_ID,
                "endpoint": "clickhouse/raft",
                "why": "forms the quorum",
                "wait": False,
            }
        ],
        "metrics": [{"workload": topology.KEEPER_ID, "port": "metrics", "path": "/metrics"}],
    }


def _files(values: dict[str, Any], tools: Any) -> dict[str, str]:
    return {
        "keeper_config.xml": tools.render(
            "apps/keeper/keeper_config.xml.j2",
            directory=_DATA,
            logging=values["logging"],
            keepers=topology.keeper_hosts(values),
            client_port=topology.KEEPER_CLIENT_PORT,
            raft_port=topology.KEEPER_RAFT_PORT,
            control_port=topology.KEEPER_CONTROL_PORT,
            metrics_port=topology.KEEPER_METRICS_PORT,
        ),
        "start.sh": tools.read("apps/keeper/start.sh"),
    }


def _stateful_set(values: dict[str, Any], tools: Any) -> dict[str, Any]:
    pod = {
        "enableServiceLinks": False,
        "containers": [_container(tools)],
        "volumes": [{"name": "config", "configMap": {"name": CONFIG_MAP}}],
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": topology.KEEPER},
        "spec": {
            "serviceName": topology.KEEPER,
            # one by one, the first would wait for a quorum that cannot form
            "podManagementPolicy": "Parallel",
            # one at a time, and only while /ready says that the pod is part of a quorum
            "updateStrategy": {"type": "RollingUpdate"},
            "minReadySeconds": 15,
            "revisionHistoryLimit": 5,
            "persistentVolumeClaimRetentionPolicy": {
                "whenDeleted": "Retain",
                "whenScaled": "Retain",
            },
            "template": {"spec": pod},
            "volumeClaimTemplates": [claim_template(values["keeper"]["storage"])],
        },
    }


def _container(tools: Any) -> dict[str, Any]:
    return {
        "name": topology.KEEPER,
        "image": tools.image("clickhouse-keeper"),
        "command": ["sh", f"{_CONFIG}/start.sh"],
        "env": [
            {"name": "CLICKHOUSE_WATCHDOG_ENABLE", "value": "0"},
            {"name": "POD_NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
        ],
        "ports": [
            {"name": name, "containerPort": port, "protocol": "TCP"}
            for name, port in _PORTS.items()
        ],
        # alive without a quorum: a restart would not bring one back
        "startupProbe": {"tcpSocket": {"port": "keeper"}},
        "readinessProbe": {"httpGet": {"path": "/ready", "port": "control"}},
        "livenessProbe": {"tcpSocket": {"port": "keeper"}},
        "volumeMounts": [
            {"name": "data", "mountPath": _DATA},
            {"name": "config", "mountPath": _CONFIG, "readOnly": True},
        ],
    }


def _service() -> dict[str, Any]:
    ports = {name: _PORTS[name] for name in ("keeper", "raft")}
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": topology.KEEPER},
        "spec": {
            "clusterIP": "None",
            # keepers must find each other to become ready
            "publishNotReadyAddresses": True,
            "selector": {"app.kubernetes.io/name": topology.KEEPER},
            "ports": [
                {"name": name, "port": port, "targetPort": name, "protocol": "TCP"}
                for name, port in ports.items()
            ],
        },
    }
