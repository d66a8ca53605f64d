"""Which services there are: the one place that imports them, through their entry points."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from aspects_gen.errors import ServiceError
from aspects_gen.services.contract import Service
from aspects_gen.services.points import service_points

ORDER = ("clickhouse", "ralph", "vector", "superset", "aspects")
"""How known services are listed; others follow by name."""

PARTS = ("schema", "images", "offers", "check", "emit")


def discover_services() -> dict[str, Service]:
    """Return every installed service by name, in a stable order.

    Raises:
        ServiceError: two packages offer the same name, or one lacks a part of the contract.
    """
    found: dict[str, Service] = {}
    for point in service_points():
        if point.name in found:
            raise ServiceError(
                f"two installed packages offer the service {point.name!r}\n"
                f"  = fix: uninstall one of them, or rename the entry point of yours"
            )
        module = import_module(point.module)
        missing = [part for part in PARTS if not callable(getattr(module, part, None))]
        if missing:
            raise ServiceError(
                f"the service {point.name!r} ({point.module}) lacks: {', '.join(missing)}\n"
                f"  = fix: see the service contract in docs/reference/service-contract.md"
            )
        found[point.name] = cast(Service, module)
    known = [name for name in ORDER if name in found]
    return {name: found[name] for name in [*known, *sorted(set(found) - set(known))]}
