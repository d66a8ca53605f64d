"""Rules about what pods may do on their node and in the network."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aspects_gen.lint.finding import Flaw, blame
from aspects_gen.lint.pod_security import find_breaches
from aspects_gen.lint.survey import Survey

ROOT_FILES = "readOnlyRootFilesystem"
"""Beyond 'restricted', but closed here for every container; an exception may allow it."""


def check_restricted(survey: Survey) -> Iterator[Flaw]:
    """Yield what goes beyond Pod Security 'restricted' without a declared exception."""
    for pod in survey.pods:
        allowed = pod.workload.get("exception", {}).get("allow", [])
        for breach in find_breaches(pod.spec, pod.containers):
            if breach.field not in allowed:
                fix = f"leave it out, or allow {breach.field} in the workload's `exception`"
                yield blame(pod.item, breach.problem, fix)


def check_exceptions(survey: Survey) -> Iterator[Flaw]:
    """Yield exceptions that allow more than the pod uses, or do not say why."""
    for pod in survey.pods:
        exception = pod.workload.get("exception")
        if exception is None:
            continue
        used = {breach.field for breach in find_breaches(pod.spec, pod.containers)}
        if any(_writes_image(container) for container in pod.containers):
            used.add(ROOT_FILES)
        for field in exception.get("allow", []):
            if field not in used:
                problem = f"the exception allows {field}, which the pod does not use"
                yield blame(pod.item, problem, f"take {field} out of the workload's `exception`")
        if not exception.get("why"):
            yield blame(pod.item, "the exception does not say why", "write it in `exception.why`")


def _writes_image(container: dict[str, Any]) -> bool:
    return container.get("securityContext", {}).get(ROOT_FILES) is not True


def check_root_files(survey: Survey) -> Iterator[Flaw]:
    """Yield containers that may write to their own image."""
    for pod in survey.pods:
        allowed = pod.workload.get("exception", {}).get("allow", [])
        for container in pod.containers:
            if _writes_image(container) and ROOT_FILES not in allowed:
                problem = f"container {container['name']} may write to its root file system"
                fix = "name the paths it writes to in the workload's `writable`"
                yield blame(pod.item, problem, fix)


def check_denial(survey: Survey) -> Iterator[Flaw]:
    """Yield pods that no network policy closes, though policies are on."""
    if not survey.settings["network"]["policies"]:
        return
    policies = [item.manifest["spec"] for item in survey.of("NetworkPolicy")]
    closed = {
        (kind, pod.item.id)
        for spec in policies
        for kind in spec.get("policyTypes", ["Ingress"])
        for pod in survey.selected(spec.get("podSelector", {}))
    }
    for pod in survey.pods:
        for kind in ("Ingress", "Egress"):
            if (kind, pod.item.id) not in closed:
                problem = f"no network policy limits its {kind.lower()}"
                yield blame(pod.item, problem, "leave the pod's labels to composition")


def check_service_links(survey: Survey) -> Iterator[Flaw]:
    """Yield pods that get an environment variable for every Service of the namespace."""
    for pod in survey.pods:
        if pod.spec.get("enableServiceLinks") is not False:
            problem = (
                "gets environment variables of every Service, which clash with its own settings"
            )
            yield blame(pod.item, problem, "set enableServiceLinks: false")
