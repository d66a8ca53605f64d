"""Rule: a service that is off leaves nothing behind, neither objects nor mentions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from aspects_gen.compose.bundle import Item
from aspects_gen.compose.labels import NAME, PART_OF
from aspects_gen.compose.namespace import CLUSTER_KINDS
from aspects_gen.lint.finding import Flaw, blame
from aspects_gen.lint.survey import Survey
from aspects_gen.values.paths import Path as ValuePath

COMPONENT = "app.kubernetes.io/component"

SWITCHES = ("monitoring",)
"""Sections of the values that can be off and are no services."""

SELECTING = ("NetworkPolicy", "PodDisruptionBudget", "PodMonitor", "Service", "ServiceMonitor")
"""Kinds that select other objects' pods."""

HOST_END = re.compile(r"(?:HOST|HOSTNAME|SERVER|ADDRESS|URL|URI)$", re.I)


def disabled_services(survey: Survey) -> list[str]:
    """Return the services that are off."""
    return [
        name
        for name, section in survey.settings.items()
        if isinstance(section, dict)
        and section.get("enabled") is False
        and name not in survey.bundle.outputs
        and name not in SWITCHES
    ]


def check_traces(survey: Survey) -> Iterator[Flaw]:
    """Yield what is left of services that are off."""
    for service in disabled_services(survey):
        yield from _objects(survey, service)
        yield from _settings(survey, service)
        yield from _mentions(survey, service)


def _flaw_words(service: str) -> tuple[str, ValuePath]:
    fix = f"emit it only where {service} offers its endpoint, or turn {service} on"
    return fix, (service, "enabled")


def _objects(survey: Survey, service: str) -> Iterator[Flaw]:
    fix, key = _flaw_words(service)
    for item in survey.items:
        labels = item.manifest["metadata"].get("labels", {})
        named = _is_named_after(_own_name(item, survey.namespace), service)
        if item.folder == service or labels.get(COMPONENT) == service or named:
            yield blame(item, f"belongs to {service}, which is off", fix, key)
        elif item.kind in SELECTING and _selects(item.manifest["spec"], service):
            yield blame(item, f"selects pods of {service}, which is off", fix, key)


def _own_name(item: Item, namespace: str) -> str:
    """Return an object's name without the namespace that stands before cluster-scoped names."""
    if item.kind not in CLUSTER_KINDS:
        return item.name
    return "" if item.kind == "Namespace" else item.name.removeprefix(f"{namespace}-")


def _is_named_after(name: str, service: str) -> bool:
    """Tell whether a name is a service's; the whole's own name, which composition uses too, says nothing."""
    return service != PART_OF and (name == service or name.startswith(f"{service}-"))


def _selects(value: Any, service: str) -> bool:
    """Tell whether a selector anywhere in an object names a service's pods."""
    if isinstance(value, list):
        return any(_selects(part, service) for part in value)
    if not isinstance(value, dict):
        return False
    if value.get(COMPONENT) == service or _is_named_after(str(value.get(NAME, "")), service):
        return True
    return any(_selects(part, service) for part in value.values())


def _settings(survey: Survey, service: str) -> Iterator[Flaw]:
    fix, key = _flaw_words(service)
    for pod, container in survey.containers():
        for entry in container.get("env", []):
            if HOST_END.search(entry["name"]) and entry.get("value") == service:
                problem = f"env {entry['name']} is the address of {service}, which is off"
                yield blame(pod.item, problem, fix, key)


def _mentions(survey: Survey, service: str) -> Iterator[Flaw]:
    fix, key = _flaw_words(service)
    address = _address_of(service, survey.namespace)
    for path, text in survey.tree.items():
        if service in text:
            match = address.search(text)
            if match:
                line = text.count("\n", 0, match.start()) + 1
                problem = f"line {line} holds an address of {service}, which is off"
                yield Flaw(f"File/{path}", path, problem, fix, key)


def _address_of(service: str, namespace: str) -> re.Pattern[str]:
    """Return the form of an address inside the cluster: after a scheme or an @, or with the namespace.

    It begins with the name, which makes the search quick; what stands before is looked at afterwards.
    """
    name = re.escape(service)
    inside = rf"\.{re.escape(namespace)}"
    called = (
        rf"(?:(?<=://{name})|(?<=@{name}))(?:-[a-z0-9-]+)?(?:{inside}(?:\.svc)?)?(?:[:/\s\"']|$)"
    )
    full = rf"(?<![-a-z0-9.]{name})(?:-[a-z0-9-]+)?{inside}\.svc\b"
    return re.compile(rf"{name}(?:{called}|{full})")
