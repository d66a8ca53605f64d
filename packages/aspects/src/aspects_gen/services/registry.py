"""Which services there are: the one place that imports them, through their entry points."""

from __future__ import annotations

from typing import cast

from aspects_gen.errors import AspectsError
from aspects_gen.services.contract import Service

GROUP = "aspects.services"

ORDER = ("clickhouse", "ralph", "vector", "superset", "aspects")
"""How known services are listed; others follow by name."""

PARTS = ("schema", "images", "offers", "check", "emit")


def discover_services() -> dict[str, Service]:
    """Return every installed service by name, in a stable order.

    Raises:
        AspectsError: two packages offer the same name, or one lacks a part of the contract.
    """
    from importlib.metadata import entry_points

    found: dict[str, Service] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda p: (p.name, p.value)):
        if point.name in found:
            raise AspectsError(
                f"two installed packages offer the service {point.name!r}\n"
                f"  = fix: uninstall one of them, or rename the entry point of yours"
            )
        module = point.load()
        missing = [part for part in PARTS if not callable(getattr(module, part, None))]
        if missing:
            raise AspectsError(
                f"the service {point.name!r} ({point.value}) lacks: {', '.join(missing)}\n"
                f"  = fix: see the service contract in docs/reference/service-contract.md"
            )
        found[point.name] = cast(Service, module)
    known = [name for name in ORDER if name in found]
    return {name: found[name] for name in [*known, *sorted(set(found) - set(known))]}
