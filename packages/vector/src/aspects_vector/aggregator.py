"""The aggregator: StatefulSet, Services, configuration, Secrets. Called by `deployment`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aspects_vector.cases import vector_tests
from aspects_vector.container import CONFIG_FILE, TEST_FILE, config_text, container
from aspects_vector.outputs import CA_FILE
from aspects_vector.pipeline import (
    DATA_DIRECTORY,
    SECRET_DIRECTORY,
    aggregator_config,
    stored_loggers,
)
from aspects_vector.target import Server, archive_needs, table_needs

if TYPE_CHECKING:
    from aspects_vector.seam import Manifest, Output, Tools

NAME = "vector-aggregator"
HEADLESS = "vector-aggregator-pods"
ID = f"statefulset/{NAME}"
# The image names no user; any id works as long as the volume belongs to it. 65534 is nobody.
UID = 65534


def part(values: dict[str, Any], tools: Tools, server: Server) -> Output:
    """Return the aggregator's part of the output."""
    return {
        "objects": [_stateful_set(values, tools, server), _service(values), _headless(values)],
        "files": {NAME: _files(values, tools, server)},
        "workloads": {ID: {"uid": UID, "tuning": values["aggregator"]}},
        "secrets": secrets(values, server),
        "needs": [*table_needs(ID, server), *archive_needs(ID, values["archive"])],
        "metrics": [{"workload": ID, "port": "metrics", "path": "/metrics"}],
    }


def secrets(values: dict[str, Any], server: Server) -> list[dict[str, Any]]:
    """Return the Secrets that must exist; names and keys only."""
    password, archive = values["clickhouse"]["passwordSecret"], values["archive"]
    about = "Password of Vector's ClickHouse user."
    found: list[dict[str, Any]] = [
        {
            "name": password["name"],
            "keys": {password["key"]: {"about": about, "generate": "password:32"}},
            "shared": True,
        }
    ]
    if archive["enabled"] and archive["credentials"] == "secret":
        pair = archive["credentialsSecret"]
        keys = {
            pair["accessKey"]: {"about": "Access key id that may put objects into the bucket"},
            pair["secretKey"]: {"about": "Secret access key of the same pair"},
        }
        found.append({"name": pair["name"], "keys": keys})
    authority = values["clickhouse"]["caSecret"]
    if server["tls"] and authority["name"]:
        about = "Certificate authority of the ClickHouse server, in PEM."
        keys = {authority["key"]: {"about": about}}
        found.append({"name": authority["name"], "keys": keys, "shared": True})
    return found


def _files(values: dict[str, Any], tools: Tools, server: Server) -> dict[str, str]:
    programs = ["classify", *stored_loggers(values["store"]), "dead_letter"]
    cases = tools.read("apps/aggregator/cases.json")
    return {
        CONFIG_FILE: config_text(aggregator_config(values, server)),
        TEST_FILE: config_text({"tests": vector_tests(cases, values["store"])}),
        **{f"{name}.vrl": tools.read(f"apps/aggregator/{name}.vrl") for name in programs},
        **values["extraConfig"]["aggregator"],
    }


def _stateful_set(values: dict[str, Any], tools: Tools, server: Server) -> Manifest:
    main = container(
        NAME,
        tools.image("vector"),
        log_level=values["logLevel"],
        extra_files=list(values["extraConfig"]["aggregator"]),
        port=values["port"],
    )
    main["volumeMounts"] += [
        {"name": "data", "mountPath": DATA_DIRECTORY},
        {"name": "secrets", "mountPath": SECRET_DIRECTORY, "readOnly": True},
    ]
    volumes: list[Manifest] = [
        {"name": "config", "configMap": {"name": NAME}},
        {"name": "secrets", "projected": {"defaultMode": 0o440, "sources": _secret_files(values)}},
    ]
    authority = values["clickhouse"]["caSecret"]
    if server["tls"] and authority["name"]:
        directory, file = CA_FILE.rsplit("/", 1)
        main["volumeMounts"].append({"name": "ca", "mountPath": directory, "readOnly": True})
        items = [{"key": authority["key"], "path": file}]
        volumes.append({"name": "ca", "secret": {"secretName": authority["name"], "items": items}})
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": NAME},
        "spec": {
            "serviceName": HEADLESS,
            # Each pod has a buffer of its own: none waits for another.
            "podManagementPolicy": "Parallel",
            "updateStrategy": {"type": "RollingUpdate"},
            # A removed pod's buffer may still hold events.
            "persistentVolumeClaimRetentionPolicy": {
                "whenDeleted": "Retain",
                "whenScaled": "Retain",
            },
            "template": {
                "metadata": {"labels": {"vector.dev/exclude": "true"}},
                "spec": {"containers": [main], "volumes": volumes},
            },
            "volumeClaimTemplates": [_claim(values["aggregatorStorage"])],
        },
    }


def _secret_files(values: dict[str, Any]) -> list[Manifest]:
    password, archive = values["clickhouse"]["passwordSecret"], values["archive"]
    found = [_projection(password["name"], {password["key"]: "clickhouse_password"})]
    if archive["enabled"] and archive["credentials"] == "secret":
        pair = archive["credentialsSecret"]
        names = {pair["accessKey"]: "archive_access_key", pair["secretKey"]: "archive_secret_key"}
        found.append(_projection(pair["name"], names))
    return found


def _projection(name: str, paths: dict[str, str]) -> Manifest:
    items = [{"key": key, "path": path} for key, path in paths.items()]
    return {"secret": {"name": name, "items": items}}


def _claim(storage: dict[str, Any]) -> Manifest:
    spec: Manifest = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": storage["size"]}},
    }
    if storage["storageClass"]:
        spec["storageClassName"] = storage["storageClass"]
    return {"metadata": {"name": "data"}, "spec": spec}


def _service(values: dict[str, Any]) -> Manifest:
    """Return the address of the readers; it spreads their connections over the pods."""
    return _service_of(NAME, {}, values["port"])


def _headless(values: dict[str, Any]) -> Manifest:
    """Return the Service that names the pods of the StatefulSet."""
    return _service_of(HEADLESS, {"clusterIP": "None"}, values["port"])


def _service_of(name: str, spec: Manifest, port: int) -> Manifest:
    ports = [{"name": "vector", "port": port, "targetPort": "vector", "protocol": "TCP"}]
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name},
        "spec": {**spec, "selector": {"app.kubernetes.io/name": NAME}, "ports": ports},
    }
