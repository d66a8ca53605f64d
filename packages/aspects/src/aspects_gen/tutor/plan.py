"""The values of an import: what differs from the defaults, in the order of the schema, each with its origin."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from aspects_gen.tutor.outcome import Lost, Outcomes
from aspects_gen.values.defaults import default_of, merge
from aspects_gen.values.paths import Path, parse_path, value_at
from aspects_gen.values.schema import Schema, resolve

DEFAULT = " (unset: its default)"
"""Put behind the name of a setting that the file does not have."""

REQUIRED = ("site.lmsHost",)
"""Keys that are written even where they are the default."""


@dataclass
class Plan:
    """What is going to be written, and everything that the report says."""

    profile: str
    data: dict[str, Any]
    origins: dict[Path, str]
    """Path of a written value -> the setting it came from."""
    outcomes: Outcomes
    same: list[str] = field(default_factory=list)
    """Settings whose value is the default anyway."""


def make_plan(outcomes: Outcomes, schema: Schema, profile: str) -> Plan:
    """Return the values that an import writes.

    Args:
        outcomes: what became of every setting.
        schema: the bundled schema.
        profile: `starter` or `production`; its defaults are left out.
    """
    defaults = default_of(schema, schema, profile)
    defaults = merge(defaults, _derived(outcomes))
    plan = Plan(profile, {}, {}, outcomes)
    if profile != defaults["profile"]:
        plan.data["profile"] = profile
    # the file's own words win over defaults for the same key
    for mapped in sorted(outcomes.mapped, key=lambda m: not m.default):
        path = parse_path(mapped.key)
        if mapped.key not in REQUIRED and value_or_none(defaults, path) == mapped.value:
            if not mapped.default:
                plan.same.append(mapped.variable)
            _remove(plan, path)
            continue
        _set(plan.data, path, mapped.value)
        plan.origins[path] = mapped.variable + (DEFAULT if mapped.default else "")
    plan.data = _ordered(plan.data, schema, schema)
    return plan


def _derived(outcomes: Outcomes) -> dict[str, Any]:
    """Return defaults that follow from the LMS's host."""
    host = next((m.value for m in reversed(outcomes.mapped) if m.key == "site.lmsHost"), "")
    site = {"studioHost": f"studio.{host}", "contactEmail": f"contact@{host}"}
    return {"site": site, "superset": {"host": f"superset.{host}"}}


def value_or_none(data: Any, path: Path) -> Any:
    """Return the value at a path, None where there is none."""
    try:
        return value_at(data, path)
    except KeyError:
        return None


def _set(data: dict[str, Any], path: Path, value: Any) -> None:
    for part in path[:-1]:
        data = data.setdefault(str(part), {})
    data[str(path[-1])] = value


def _remove(plan: Plan, path: Path) -> None:
    """Remove a path and the maps that it leaves empty."""
    for size in range(len(path), 0, -1):
        plan.origins = {at: name for at, name in plan.origins.items() if at[:size] != path[:size]}
        parent = value_or_none(plan.data, path[: size - 1])
        if not isinstance(parent, dict) or path[size - 1] not in parent:
            return
        del parent[path[size - 1]]
        if parent:
            return


def without(plan: Plan, path: Path) -> Plan:
    """Return a copy of a plan that lacks the value at a path."""
    copy = Plan(plan.profile, deepcopy(plan.data), dict(plan.origins), plan.outcomes, plan.same)
    _remove(copy, path)
    return copy


def withdraw(plan: Plan, path: Path, why: str, fix: str) -> bool:
    """Take a value back out of a plan and count it as lost; tell whether there was one.

    Args:
        plan: changed in place.
        path: what is wrong: a value that a setting gave, a part of one, or a map with such values in it.
        why: what is wrong.
        fix: what the operator can do.
    """
    owner = next((path[:n] for n in range(len(path), 0, -1) if path[:n] in plan.origins), None)
    if owner is not None:
        inside = (
            isinstance(value_or_none(plan.data, path[:-1]), dict)
            and value_or_none(plan.data, path) is not None
        )
        places = [path if inside else owner]
    else:
        places = [at for at in plan.origins if at[: len(path)] == path]
    for place in places:
        origin = plan.origins[owner or place]
        plan.outcomes.lost.append(Lost(origin.removesuffix(DEFAULT), why, fix))
        _remove(plan, place)
    return bool(places)


def _ordered(data: Any, schema: Schema, node: Schema) -> Any:
    """Return a map with its keys in the order of the schema; keys of free maps stay as they are."""
    node = resolve(schema, node)
    properties = node.get("properties")
    if not isinstance(data, dict) or not properties:
        return data
    known = [name for name in properties if name in data]
    rest = [name for name in data if name not in properties]
    return {
        name: _ordered(data[name], schema, properties.get(name, {})) for name in [*known, *rest]
    }
