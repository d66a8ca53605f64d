"""The Jobs that prepare Superset: its database, then what is in it; called by `output`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .addresses import administrator, makes_reader
from .credentials import variable
from .metadata import ADMIN_VARIABLE, LMS_VARIABLE, build_plan
from .pod import UID, WRITABLE, build_container, build_pod
from .settings import MOUNT, servers

DATABASE_JOB = "superset-database-init"
METADATA_JOB = "superset-metadata"
READER_JOB = "superset-reader"
DATABASE_SCRIPT = "superset_database.py"
READER_SCRIPT = "superset_reader.py"
SCRIPTS = "/app/preparation"
DATABASE_DEADLINE_SECONDS = 900


def build_files(values: Mapping[str, Any], tools: Any) -> dict[str, dict[str, str]]:
    """Return the ConfigMaps of the Jobs' scripts."""
    files = {
        METADATA_JOB: {
            "superset_metadata.py": tools.read("jobs/init/superset_metadata.py"),
            "metadata.json": build_plan(values, tools),
        }
    }
    connecting = {DATABASE_SCRIPT: tools.read(f"jobs/init/{DATABASE_SCRIPT}")}
    if administrator(values):
        files[DATABASE_JOB] = connecting
    if makes_reader(values):
        script = tools.read(f"jobs/init/{READER_SCRIPT}")
        files[READER_JOB] = {**connecting, READER_SCRIPT: script}
    return files


def build_jobs(values: Mapping[str, Any], tools: Any) -> list[dict[str, Any]]:
    """Return the Jobs, first things first."""
    before: list[str] = []
    jobs: list[dict[str, Any]] = []
    if administrator(values):
        jobs.append(database_job(values, tools))
        before.append(f"job/{DATABASE_JOB}")
    jobs.append(metadata_job(values, tools, before))
    if makes_reader(values):
        jobs.append(reader_job(values, tools))
    return jobs


def database_job(values: Mapping[str, Any], tools: Any) -> dict[str, Any]:
    """Return the Job that creates database and user, and keeps the user's password."""
    login = variable("DATABASE_PASSWORD", values["database"]["passwordSecret"], tools)
    return {
        "name": DATABASE_JOB,
        "about": "create Superset's metadata database and user, and set the user's password",
        "pod": administrator_pod(values, tools, DATABASE_JOB, DATABASE_SCRIPT, [login]),
        "workload": job_workload(values),
        "after": [],
        "deadline_seconds": DATABASE_DEADLINE_SECONDS,
    }


def reader_job(values: Mapping[str, Any], tools: Any) -> dict[str, Any]:
    """Return the Job that makes the account that reads who uses Superset, once there are tables."""
    reader = values["database"]["reader"]
    login = [
        {"name": "DATABASE_READER_USER", "value": reader["user"]},
        variable("DATABASE_READER_PASSWORD", reader["passwordSecret"], tools),
    ]
    return {
        "name": READER_JOB,
        "about": "make the account that reads who uses Superset, and nothing else",
        "pod": administrator_pod(values, tools, READER_JOB, READER_SCRIPT, login),
        "workload": job_workload(values),
        "after": [f"job/{METADATA_JOB}"],
        "deadline_seconds": DATABASE_DEADLINE_SECONDS,
    }


def administrator_pod(
    values: Mapping[str, Any], tools: Any, name: str, script: str, login: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return the pod spec of a Job that works as the database server's administrator.

    Args:
        values: of the slice.
        tools: of the seam.
        name: of the Job and of its ConfigMap.
        script: file of the ConfigMap.
        login: environment entries of the account that it makes.
    """
    place = servers(values)["database"]
    plain = {f"DATABASE_{key.upper()}": str(value) for key, value in place.items()}
    plain |= {
        "DATABASE_ADMIN_USER": administrator(values),
        "HOME": "/tmp",  # noqa: S108
        "PYTHONDONTWRITEBYTECODE": "1",
        "WAIT_SECONDS": str(values["metadata"]["waitSeconds"]),
    }
    mounts = [{"name": "scripts", "mountPath": SCRIPTS, "readOnly": True}]
    if place["ca"]:
        mounts.append({"name": "config", "mountPath": MOUNT, "readOnly": True})
    secret = values["database"]["adminPasswordSecret"]
    container = {
        "name": name,
        "image": tools.image("superset"),
        "command": ["python", f"{SCRIPTS}/{script}"],
        "env": [
            *({"name": key, "value": value} for key, value in sorted(plain.items())),
            *login,
            variable("DATABASE_ADMIN_PASSWORD", secret, tools),
        ],
        "volumeMounts": mounts,
    }
    pod = build_pod(container)
    if not place["ca"]:
        pod["volumes"] = []
    pod["volumes"].append({"name": "scripts", "configMap": {"name": name}})
    return pod


def metadata_job(values: Mapping[str, Any], tools: Any, after: list[str]) -> dict[str, Any]:
    """Return the Job that upgrades the schema and sets roles and accounts."""
    command = ["python", f"{SCRIPTS}/superset_metadata.py"]
    container = build_container(values, tools, name=METADATA_JOB, command=command)
    container["env"] += [
        variable(ADMIN_VARIABLE, values["admin"]["passwordSecret"], tools),
        variable(LMS_VARIABLE, values["lmsAccount"]["passwordSecret"], tools),
    ]
    container["volumeMounts"].append({"name": "scripts", "mountPath": SCRIPTS, "readOnly": True})
    pod = build_pod(container)
    pod["volumes"].append({"name": "scripts", "configMap": {"name": METADATA_JOB}})
    return {
        "name": METADATA_JOB,
        "about": "upgrade Superset's metadata database, set its roles and accounts",
        "pod": pod,
        "workload": job_workload(values),
        "after": after,
        "deadline_seconds": values["metadata"]["deadlineSeconds"],
    }


def job_workload(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what composition must know of either Job."""
    tuning = {"resources": values["metadata"]["resources"]}
    return {"uid": UID, "writable": WRITABLE, "tuning": tuning}
