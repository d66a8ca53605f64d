"""From a values file to complete values: read, check, fill in defaults, profile and opinions."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from aspects_gen.errors import ValuesError
from aspects_gen.services.contract import Service
from aspects_gen.services.site import site_facts
from aspects_gen.values.check import check_layers, place_problem
from aspects_gen.values.defaults import default_of, fill_items, merge
from aspects_gen.values.layers import Layers, load_layers
from aspects_gen.values.schema import Schema, bundle_schema

SPANNING = "aspects"
"""The slice that holds opinions about the others (ADR 6: they belong to one layer)."""


class Values(NamedTuple):
    """The complete values of one environment, and where each came from."""

    environment: str
    data: dict[str, Any]
    layers: Layers
    schema: Schema
    origins: dict[str, str]
    """Dotted path of a derived value -> dotted path of the value it follows."""
    site: dict[str, Any]


def resolve_values(path: Path, root: Path, services: Mapping[str, Service]) -> Values:
    """Return the complete, checked values of one environment.

    Args:
        path: the environment's values file; its stem is the environment's name.
        root: folder that file names in errors are relative to.
        services: every discovered service by name.

    Raises:
        ValuesError: everything that is wrong with the files.
    """
    layers = load_layers(path, root)
    schema = bundle_schema({name: service.schema() for name, service in services.items()})
    findings = check_layers(layers, schema)
    if findings:
        raise ValuesError(findings)
    data, origins = _complete(layers, schema, services)
    _load_extensions(layers, schema, data, services)
    environment = path.stem
    site = site_facts(data, environment)
    enabled = {n: s for n, s in services.items() if data[n].get("enabled", True)}
    site["endpoints"] = sorted(
        f"{name}/{endpoint['name']}"
        for name, service in enabled.items()
        for endpoint in service.offers(data[name], site)
    )
    problems = [
        place_problem(layers, data, name, problem)
        for name, service in enabled.items()
        for problem in service.check(data if name == SPANNING else data[name], site)
    ]
    if problems:
        raise ValuesError(problems)
    return Values(environment, data, layers, schema, origins, site)


def _load_extensions(
    layers: Layers, schema: Schema, data: dict[str, Any], services: Mapping[str, Service]
) -> None:
    """Put the folders that the values name beside their names."""
    if not (layers.data.get(SPANNING) or {}).get("extensions") or SPANNING not in services:
        return
    from aspects_gen.values.extensions import LOADED, load_extensions

    spanning: Any = services[SPANNING]
    folders = load_extensions(layers, spanning.extension_schema, schema["$defs"])
    data[SPANNING][LOADED] = folders


def _complete(
    layers: Layers, schema: Schema, services: Mapping[str, Service]
) -> tuple[dict[str, Any], dict[str, str]]:
    profile = layers.data.get("profile", schema["properties"]["profile"]["default"])
    defaults = default_of(schema, schema, profile)
    derived, origins = _derive_site(merge(defaults, layers.data))
    data = merge(merge(defaults, derived), layers.data)
    spanning = services.get(SPANNING)
    if spanning is not None and data[SPANNING]["enabled"] and hasattr(spanning, "opinions"):
        opinions, more = spanning.opinions(data)
        data = merge(merge(merge(defaults, derived), opinions), layers.data)
        origins |= more
    return fill_items(schema, schema, data, profile), origins


def _derive_site(values: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the root's own derived values: one host name is enough to start."""
    host = values["site"]["lmsHost"]
    site = {"studioHost": f"studio.{host}", "contactEmail": f"contact@{host}"}
    origins = {f"site.{name}": "site.lmsHost" for name in site}
    return {"site": site}, origins
