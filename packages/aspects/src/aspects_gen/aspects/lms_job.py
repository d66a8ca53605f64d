"""What runs in the LMS's own image: the wiring Job and the event bus consumer. Called by `output`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aspects_gen.aspects.lms import lms_secrets
from aspects_gen.aspects.lms_files import init_files, settings_files
from aspects_gen.aspects.trees import config_volume, mount
from aspects_gen.services.contract import (
    Job,
    Need,
    Output,
    Secret,
    SecretKey,
    Tools,
    Workload,
)

JOB = "aspects-lms"
CONSUMER = "aspects-consumer"
FOLDER = "/aspects"

FILES = "aspects-lms-files"
FILES_FOLDER = "/aspects-files"
"""Where the operator's own files appear; named in values.schema.json as well."""


def emit_lms(values: dict[str, Any], tools: Tools) -> Output:
    """Return the Job and the consumer, each only where it is wanted and has an image."""
    aspects = values["aspects"]
    output: Output = {"jobs": [], "objects": [], "workloads": {}, "needs": [], "files": {}}
    if not aspects["lms"]["image"]:
        return {}
    if aspects["lms"]["manage"]:
        output["jobs"].append(wiring_job(values, tools))
        output["needs"] += outside_needs(aspects, f"job/{JOB}")
    if aspects["eventBus"]["consumer"]["enabled"]:
        output["objects"].append(consumer(values, tools))
        output["workloads"][f"deployment/{CONSUMER}"] = consumer_workload(aspects)
        output["needs"] += outside_needs(aspects, f"deployment/{CONSUMER}")
        output["needs"] += consumer_needs(aspects)
    if output["jobs"] or output["objects"]:
        output["files"] = mounted_files(values, tools)
        output["secrets"] = own_secrets(aspects["lms"])
    return output


def mounted_files(values: dict[str, Any], tools: Tools) -> dict[str, dict[str, str]]:
    """Return what both mount: settings, init script and its data, and the operator's own files."""
    files = {**settings_files(values, tools), **init_files(values, tools)}
    own = values["aspects"]["lms"]["files"]
    return {JOB: files, **({FILES: dict(own)} if own else {})}


def own_secrets(lms: dict[str, Any]) -> list[Secret]:
    """Return the Secrets that only the operator knows how to fill."""
    found: dict[str, dict[str, SecretKey]] = {}
    for variable, ref in lms["secretEnv"].items():
        found.setdefault(ref["name"], {})[ref["key"]] = {"about": f"{variable} of the LMS"}
    for one in lms["secretFiles"]:
        for key in one["keys"]:
            about: SecretKey = {"about": f"{one['path']}/{key} of the LMS"}
            found.setdefault(one["name"], {})[key] = about
    return [{"name": name, "keys": found[name], "shared": True} for name in sorted(found)]


def wiring_job(values: dict[str, Any], tools: Tools) -> Job:
    """Return the Job that keeps the LMS's rows right."""
    settings = values["aspects"]["jobs"]
    container = lms_container(values, tools, JOB)
    container["command"] = ["sh", f"{FOLDER}/init.sh"]
    return {
        "name": JOB,
        "about": "keep users, OAuth client and event routes of the LMS",
        "pod": {"containers": [container], "volumes": list(lms_volumes(values))},
        "workload": lms_workload(values["aspects"], settings["lms"]),
        "after": ["deployment/superset", "deployment/ralph"],
        "deadline_seconds": settings["deadlines"]["lmsSeconds"],
    }


def consumer(values: dict[str, Any], tools: Tools) -> dict[str, Any]:
    """Return the Deployment that takes tracking events off the bus."""
    bus, folder = values["aspects"]["eventBus"], values["aspects"]["lms"]["workingDirectory"]
    container = lms_container(values, tools, CONSUMER)
    container["workingDir"] = folder
    container["command"] = ["python", "manage.py", "lms", "consume_events"]
    container["args"] = [
        *("-t", bus["topic"], "-g", bus["consumer"]["group"]),
        *("--extra", '{"consumer_name": "$(POD_NAME)"}'),
    ]
    name = {"fieldRef": {"fieldPath": "metadata.name"}}
    container["env"] = [{"name": "POD_NAME", "valueFrom": name}, *container["env"]]
    pod = {"containers": [container], "volumes": list(lms_volumes(values))}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": CONSUMER},
        "spec": {"template": {"metadata": {}, "spec": pod}},
    }


def consumer_workload(aspects: dict[str, Any]) -> Workload:
    """Return what composition must know of the consumer."""
    pods = aspects["eventBus"]["consumer"]["pods"]
    return {**lms_workload(aspects, pods), "stateless": True}


def consumer_needs(aspects: dict[str, Any]) -> list[Need]:
    """Return the connection by which the consumer sends statements."""
    if aspects["lrs"]["url"]:
        return []
    why = "sends statements"
    return [{"client": f"deployment/{CONSUMER}", "endpoint": "ralph/http", "why": why}]


def outside_needs(aspects: dict[str, Any], client: str) -> list[Need]:
    """Return the connections to the LMS's own servers, as the operator lists them."""
    why = "databases and caches of the LMS"
    return [
        {"client": client, "external": one["host"], "port": one["port"], "why": why}
        for one in aspects["lms"]["connections"]
    ]


def lms_workload(aspects: dict[str, Any], tuning: dict[str, Any]) -> Workload:
    """Return what composition must know of that container's pod."""
    return {"uid": aspects["lms"]["uid"], "writable": ["/tmp"], "tuning": tuning}  # noqa: S108


def lms_container(
    values: dict[str, Any], tools: Tools, name: str, scripts: str = JOB
) -> dict[str, Any]:
    """Return a container of the LMS's image that can do what the LMS does; it has no command yet."""
    aspects = values["aspects"]
    lms = aspects["lms"]
    plain = {
        "DJANGO_SETTINGS_MODULE": lms["settingsModule"],
        "HOME": "/tmp",  # noqa: S108  an emptyDir
        "LMS_DIRECTORY": lms["workingDirectory"],
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": f"{FOLDER}:{FILES_FOLDER}",
        "SERVICE_VARIANT": "lms",
        "WAIT_SECONDS": str(aspects["jobs"]["waitSeconds"]),
        **lms["env"],
    }
    secrets = {**lms["secretEnv"], **lms_secrets(values, tools)}
    return {
        "name": name,
        "image": lms["image"],
        "env": [
            *({"name": key, "value": value} for key, value in plain.items()),
            *(
                {"name": variable, **tools.secret(ref["name"], ref["key"])}
                for variable, ref in sorted(secrets.items())
            ),
        ],
        "volumeMounts": [
            mount(scripts, FOLDER),
            *([mount(FILES, FILES_FOLDER)] if lms["files"] else []),
            *(mount(one["name"], one["path"]) for one in lms["secretFiles"]),
        ],
    }


def lms_volumes(values: dict[str, Any], scripts: str = JOB) -> Iterator[dict[str, Any]]:
    """Yield what that container mounts."""
    lms = values["aspects"]["lms"]
    yield config_volume(scripts)
    if lms["files"]:
        yield config_volume(FILES)
    for one in lms["secretFiles"]:
        items = [{"key": key, "path": key} for key in one["keys"]]
        yield {"name": one["name"], "secret": {"secretName": one["name"], "items": items}}
