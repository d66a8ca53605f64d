"""Rules about names: the API server, or what it derives from them, must accept each.

Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from aspects_gen.compose.bundle import Item
from aspects_gen.compose.namespace import CLUSTER_KINDS
from aspects_gen.lint.finding import Flaw, blame
from aspects_gen.lint.survey import Survey

LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
PATH_SEGMENT = re.compile(r"(?!\.\.?$)[^/%]+")
SERVICE = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
PORT = re.compile(r"(?=.*[a-z])(?!.*--)[a-z0-9]([-a-z0-9]*[a-z0-9])?")
ENV = re.compile(r"[-._a-zA-Z][-._a-zA-Z0-9]*")

MAX_LABEL, MAX_SUBDOMAIN, MAX_PORT = 63, 253, 15

LIMITS = {
    # its pods' controller-revision-hash label is NAME-HASH, with a hash of up to 10 characters
    "StatefulSet": 52,
    "DaemonSet": 52,
    # its Jobs are NAME-MINUTES, 11 characters more
    "CronJob": 52,
    # the Job's pods carry its name as a label
    "Job": MAX_LABEL,
    "Deployment": MAX_LABEL,
    "Namespace": MAX_LABEL,
    "Service": MAX_LABEL,
}
"""Longest name of a kind where that is shorter than a subdomain.

Source: https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/, and the label limit of 63.
"""

FORMS = {
    "Namespace": LABEL,
    "Service": SERVICE,
    "Role": PATH_SEGMENT,
    "RoleBinding": PATH_SEGMENT,
    "ClusterRole": PATH_SEGMENT,
    "ClusterRoleBinding": PATH_SEGMENT,
}


def _final_name(survey: Survey, item: Item) -> str:
    """Return the name in the cluster: a Job's carries its hash."""
    return survey.bundle.job_names.get(item.id, item.name)


def check_names(survey: Survey) -> Iterator[Flaw]:
    """Yield objects whose name the API server refuses."""
    for item in survey.items:
        name = _final_name(survey, item)
        if not FORMS.get(item.kind, SUBDOMAIN).fullmatch(name):
            fix = "use lower-case letters, digits and dashes"
            yield blame(item, f"{name!r} is no valid name of a {item.kind}", fix)
    for name, files in survey.bundle.files.items():
        if not SUBDOMAIN.fullmatch(name) or len(name) > MAX_LABEL:
            problem = f"{name!r} is no valid name of a ConfigMap and its label"
            file = f"{files.folder}/kustomization.yaml"
            yield Flaw(f"ConfigMap/{name}", file, problem, "use a shorter name of a-z, 0-9 and -")


def check_lengths(survey: Survey) -> Iterator[Flaw]:
    """Yield objects whose name, or what is derived from it, is too long."""
    for item in survey.items:
        name = _final_name(survey, item)
        limit = LIMITS.get(item.kind, MAX_SUBDOMAIN)
        if len(name) > limit:
            problem = f"the name {name} has {len(name)} characters, more than the {limit} that fit"
            yield blame(item, problem, "shorten the name")


def check_container_names(survey: Survey) -> Iterator[Flaw]:
    """Yield container names that are invalid or stand twice in a pod."""
    for pod in survey.pods:
        names = [container["name"] for container in pod.containers]
        for name, count in Counter(names).items():
            if count > 1:
                yield blame(
                    pod.item, f"{count} containers are named {name}", "name each differently"
                )
            if not LABEL.fullmatch(name) or len(name) > MAX_LABEL:
                fix = "use up to 63 lower-case letters, digits and dashes"
                yield blame(pod.item, f"{name!r} is no valid container name", fix)


def check_port_names(survey: Survey) -> Iterator[Flaw]:
    """Yield port names that are invalid, stand twice, or are missing where there are several ports."""
    for pod in survey.pods:
        for problem in _port_problems(pod.ports, named=False):
            yield blame(pod.item, problem, _PORT_FIX)
    for item in survey.of("Service"):
        ports = item.manifest["spec"].get("ports", [])
        for problem in _port_problems(ports, named=len(ports) > 1):
            yield blame(item, problem, _PORT_FIX)


_PORT_FIX = "give each port a name of its own: up to 15 of a-z, 0-9 and -, with a letter"


def _port_problems(ports: list[dict[str, Any]], *, named: bool) -> Iterator[str]:
    names = [port["name"] for port in ports if port.get("name")]
    for name in names:
        if not PORT.fullmatch(name) or len(name) > MAX_PORT:
            yield f"{name!r} is no valid port name"
    yield from (f"{n} ports are named {name}" for name, n in Counter(names).items() if n > 1)
    if named and len(names) < len(ports):
        yield "a port has no name, though there are several"


def check_env(survey: Survey) -> Iterator[Flaw]:
    """Yield environment variables whose name is invalid or set twice."""
    for pod, container in survey.containers():
        names = [entry["name"] for entry in container.get("env", [])]
        where = f"container {container['name']}"
        for name in names:
            if not ENV.fullmatch(name):
                yield blame(pod.item, f"{where}: {name!r} is no valid env name", _ENV_FIX)
        for name in _doubles(names):
            problem = f"{where} sets {name} twice; the last one wins silently"
            yield blame(pod.item, problem, "set each variable once")


_ENV_FIX = "use letters, digits and underscores, not starting with a digit"


def _doubles(names: Iterable[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]


def check_identity(survey: Survey) -> Iterator[Flaw]:
    """Yield objects that share kind and name with another, of which only one would survive."""
    first: dict[str, Item] = {}
    for item in survey.items:
        if item.id in first:
            problem = f"{first[item.id].folder} and {item.folder} both emit it"
            yield blame(item, problem, "name one of them differently")
        first.setdefault(item.id, item)
    for item in survey.of("ConfigMap"):
        if item.name in survey.bundle.files:
            folder = survey.bundle.files[item.name].folder
            problem = f"{item.folder} emits it as an object and {folder} as files"
            yield blame(item, problem, "name one of them differently")


def check_namespaces(survey: Survey) -> Iterator[Flaw]:
    """Yield objects outside the deployment's namespace."""
    for item in survey.items:
        wanted = "none" if item.kind in CLUSTER_KINDS else survey.namespace
        found = item.manifest["metadata"].get("namespace", "none")
        if found != wanted:
            problem = f"its namespace is {found}, where it must be {wanted}"
            yield blame(item, problem, "leave metadata.namespace to composition")


def check_cluster_names(survey: Survey) -> Iterator[Flaw]:
    """Yield cluster-scoped names that a second installation would share."""
    prefix = f"{survey.namespace}-"
    kinds = [kind for kind in CLUSTER_KINDS if kind != "Namespace"]
    for item in survey.of(*kinds):
        if not item.name.startswith(prefix):
            problem = (
                f"the name does not begin with {prefix}: a second installation would share it"
            )
            yield blame(item, problem, "take the name from `tools.cluster_name`")
