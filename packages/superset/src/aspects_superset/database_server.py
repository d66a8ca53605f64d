"""The small database server in the cluster, for metadata only; called by `output`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .addresses import DATABASE, administrator, database_port
from .credentials import variable
from .sizes import share

UID = 999  # user `postgres` and user `mysql` of the official Debian and Oracle Linux images

# The engines' manuals advise a quarter of memory for PostgreSQL's shared buffers (section 20.4);
# MySQL holds more in its buffer pool, and this server has nothing else to do.
POSTGRESQL_RATIO = 0.25
MYSQL_RATIO = 0.4


def build_database(values: Mapping[str, Any], tools: Any) -> list[dict[str, Any]]:
    """Return StatefulSet and Service of the database server."""
    build = postgresql if values["database"]["engine"] == "postgresql" else mysql
    container = build(values, tools)
    container["name"] = DATABASE
    port = database_port(values)
    container["ports"] = [{"name": "database", "containerPort": port}]
    return [
        stateful_set(DATABASE, container, values["database"]["storage"]),
        service(DATABASE, "database", port),
    ]


def postgresql(values: Mapping[str, Any], tools: Any) -> dict[str, Any]:
    """Return PostgreSQL's container."""
    port = str(database_port(values))
    ready = ["pg_isready", "-h", "127.0.0.1", "-p", port, "-U", administrator(values)]
    probe = {"exec": {"command": ready}}
    return {
        "image": tools.image("superset-postgresql"),
        "args": [
            "-c",
            f"port={port}",
            "-c",
            f"shared_buffers={share(values['database']['server'], POSTGRESQL_RATIO)}MB",
            "-c",
            "password_encryption=scram-sha-256",
        ],
        "env": [
            {"name": "POSTGRES_USER", "value": administrator(values)},
            variable("POSTGRES_PASSWORD", values["database"]["adminPasswordSecret"], tools),
            {
                "name": "POSTGRES_INITDB_ARGS",
                "value": "--data-checksums --auth-host=scram-sha-256",
            },
            # A folder of the volume, since its root may hold lost+found.
            {"name": "PGDATA", "value": "/var/lib/postgresql/data/pgdata"},
        ],
        "volumeMounts": [{"name": "data", "mountPath": "/var/lib/postgresql/data"}],
        # Over TCP: while the volume is first filled, the server listens on its socket only.
        "startupProbe": probe,
        "readinessProbe": probe,
        "livenessProbe": probe,
    }


def mysql(values: Mapping[str, Any], tools: Any) -> dict[str, Any]:
    """Return MySQL's container."""
    port = str(database_port(values))
    # Answers although no password is given: the server being there is what counts.
    probe = {"exec": {"command": ["mysqladmin", "ping", "-h", "127.0.0.1", "-P", port]}}
    return {
        "image": tools.image("superset-mysql"),
        "args": [
            # A folder of the volume, since its root may hold lost+found.
            "--datadir=/var/lib/mysql/data",
            f"--port={port}",
            "--character-set-server=utf8mb4",
            "--collation-server=utf8mb4_unicode_ci",
            f"--innodb-buffer-pool-size={share(values['database']['server'], MYSQL_RATIO)}M",
            "--mysqlx=OFF",
            "--secure-file-priv=NULL",
            # A single server: the log that replicas would read is not kept.
            "--skip-log-bin",
        ],
        "env": [variable("MYSQL_ROOT_PASSWORD", values["database"]["adminPasswordSecret"], tools)],
        "volumeMounts": [{"name": "data", "mountPath": "/var/lib/mysql"}],
        "startupProbe": probe,
        "readinessProbe": probe,
        "livenessProbe": probe,
    }


def database_workload(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what composition must know of the database server."""
    postgresql_engine = values["database"]["engine"] == "postgresql"
    # Sockets, lock and pid files.
    socket = "/var/run/postgresql" if postgresql_engine else "/var/run/mysqld"
    tuning = {**values["database"]["server"], "replicas": 1}
    return {"uid": UID, "writable": ["/tmp", socket], "tuning": tuning}  # noqa: S108


def stateful_set(
    name: str, container: dict[str, Any], storage: Mapping[str, Any]
) -> dict[str, Any]:
    """Return a StatefulSet of one pod with one volume, `data`."""
    claim: dict[str, Any] = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": storage["size"]}},
    }
    if storage.get("storageClass"):
        claim["storageClassName"] = storage["storageClass"]
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": name},
        "spec": {
            "serviceName": name,
            "replicas": 1,
            "updateStrategy": {"type": "RollingUpdate"},
            # The volume outlives the StatefulSet: deleting data is a person's decision.
            "persistentVolumeClaimRetentionPolicy": {
                "whenDeleted": "Retain",
                "whenScaled": "Retain",
            },
            "template": {"spec": {"containers": [container]}},
            "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": claim}],
        },
    }


def service(name: str, port_name: str, port: int) -> dict[str, Any]:
    """Return the Service of a StatefulSet of one pod."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name},
        "spec": {
            "selector": {"app.kubernetes.io/name": name},
            "ports": [{"name": port_name, "port": port, "targetPort": port_name}],
        },
    }
