"""Rules about what each container asks of its node."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aspects_gen.lint.finding import Flaw, blame
from aspects_gen.lint.quantity import parse_quantity
from aspects_gen.lint.survey import Pod, Survey
from aspects_gen.values.paths import Path as ValuePath

REQUIRED = (("requests", "cpu"), ("requests", "memory"), ("limits", "memory"))


def _key(survey: Survey, pod: Pod, container: dict[str, Any]) -> ValuePath:
    """Return the values key of a container's resources; only the main one has its own in tuning."""
    if container["name"] != pod.item.name:
        return (pod.item.folder,)
    return survey.tuning_key(pod, "resources")


def check_present(survey: Survey) -> Iterator[Flaw]:
    """Yield containers without CPU and memory requests and a memory limit."""
    for pod, container in survey.containers():
        resources = container.get("resources", {})
        lacking = [
            f"{part}.{name}" for part, name in REQUIRED if name not in resources.get(part, {})
        ]
        if lacking:
            problem = f"container {container['name']} lacks {', '.join(lacking)}"
            fix = "set it in the workload's `resources`"
            yield blame(pod.item, problem, fix, _key(survey, pod, container))


def check_order(survey: Survey) -> Iterator[Flaw]:
    """Yield containers that request more than they may use."""
    for pod, container in survey.containers():
        resources = container.get("resources", {})
        for name, limit in resources.get("limits", {}).items():
            asked = resources.get("requests", {}).get(name)
            if (parse_quantity(asked) or 0) > (parse_quantity(limit) or 0):
                who = f"container {container['name']}"
                problem = f"{who} requests {asked} of {name}, over its limit {limit}"
                key = _key(survey, pod, container)
                yield blame(pod.item, problem, "raise the limit or lower the request", key)
