"""The small Redis in the cluster: queue, results, caches; called by `output`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .addresses import REDIS
from .credentials import variable
from .database_server import service, stateful_set
from .sizes import share

UID = 999  # user `redis` of the official Debian image
CONFIG_MAP = "superset-redis-config"
# The rest is for copies while the log is rewritten.
MEMORY_RATIO = 0.6

# The password goes into a file of the pod's own, not into arguments that `ps` shows. Quotes and
# backslashes in it are escaped as redis.conf wants them.
START = r"""umask 077
quoted=$(printf '%s' "$REDIS_PASSWORD" | sed 's/[\\"]/\\&/g')
{ cat /etc/redis/redis.conf; printf 'requirepass "%s"\n' "$quoted"; } > /run/redis/redis.conf
exec redis-server /run/redis/redis.conf
"""
PING = 'REDISCLI_AUTH="$REDIS_PASSWORD" redis-cli -p {port} ping | grep -q PONG'


def build_redis(values: Mapping[str, Any], tools: Any) -> list[dict[str, Any]]:
    """Return StatefulSet and Service of Redis."""
    port = values["redis"]["port"]
    probe = {"exec": {"command": ["sh", "-c", PING.format(port=port)]}}
    container = {
        "name": REDIS,
        "image": tools.image("superset-redis"),
        "command": ["sh", "-ec", START],
        "env": [variable("REDIS_PASSWORD", values["redis"]["passwordSecret"], tools)],
        "ports": [{"name": "redis", "containerPort": port}],
        "volumeMounts": [
            {"name": "data", "mountPath": "/data"},
            {"name": "config", "mountPath": "/etc/redis", "readOnly": True},
        ],
        "startupProbe": probe,
        "readinessProbe": probe,
        "livenessProbe": probe,
    }
    workload = stateful_set(REDIS, container, values["redis"]["storage"])
    pod = workload["spec"]["template"]["spec"]
    pod["volumes"] = [{"name": "config", "configMap": {"name": CONFIG_MAP}}]
    return [workload, service(REDIS, "redis", port)]


def build_files(values: Mapping[str, Any], tools: Any) -> dict[str, str]:
    """Return the files of Redis's ConfigMap."""
    text = tools.render(
        "apps/redis.conf.j2",
        port=values["redis"]["port"],
        databases=max(16, *(number + 1 for number in values["redis"]["databases"].values())),
        memory_mebibytes=share(values["redis"]["server"], MEMORY_RATIO),
    )
    return {"redis.conf": text}


def redis_workload(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what composition must know of Redis."""
    tuning = {**values["redis"]["server"], "replicas": 1}
    return {"uid": UID, "writable": ["/run/redis", "/tmp"], "tuning": tuning}  # noqa: S108
