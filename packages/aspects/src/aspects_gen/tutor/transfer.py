"""The whole import of one configuration in memory: read, tell its line, translate, settle. The CLI writes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from aspects_gen.errors import Finding, ValuesError
from aspects_gen.services.contract import Service
from aspects_gen.tutor.hidden import PLAIN_NAME
from aspects_gen.tutor.outcome import Mapped
from aspects_gen.tutor.plan import Plan, make_plan
from aspects_gen.tutor.read import read_config
from aspects_gen.tutor.settings import Settings
from aspects_gen.tutor.settle import settle_plan
from aspects_gen.tutor.translate import OURS, translate, unknown_settings
from aspects_gen.tutor.valuesfile import render_values
from aspects_gen.tutor.version import Line, find_line
from aspects_gen.values.schema import Schema, bundle_schema


@dataclass(frozen=True)
class Transfer:
    """An import that is ready to be written."""

    environment: str
    text: str
    """The values file."""
    plan: Plan
    line: Line
    others: tuple[str, ...]
    """Names of settings that do not concern Aspects."""
    odd: int
    """Number of settings with names that may be values by a slip; they are not shown."""
    left: tuple[Finding, ...]
    """What our own validation still refuses."""


@dataclass(frozen=True)
class Choices:
    """What the operator chose for an import."""

    environment: str
    profile: str = "starter"
    aspects_version: str | None = None
    storage_class: str = ""
    """StorageClass of every volume; Tutor has no setting for it."""


def transfer_config(path: Path, choices: Choices, services: Mapping[str, Service]) -> Transfer:
    """Return the import of a Tutor configuration.

    Args:
        path: the configuration, config.yml.
        choices: environment, profile and release.
        services: every discovered service.

    Raises:
        ValuesError: the configuration cannot be read.
    """
    config = read_config(path)
    line = find_line(config, choices.aspects_version)
    schema = bundle_schema({name: service.schema() for name, service in services.items()})
    outcomes = translate(Settings(config, line), schema)
    if choices.storage_class:
        outcomes.add(Mapped("--storage-class", "kubernetes.storageClass", choices.storage_class))
    plan = make_plan(outcomes, schema, choices.profile)
    left = settle_plan(plan, lambda p: _validate(p, schema, choices.environment, services))
    unknown = unknown_settings(config)
    others = tuple(name for name in unknown if not name.startswith((*OURS, "OARS_")))
    odd = sum(1 for name in config if not PLAIN_NAME.match(name))
    text = render_values(plan, schema)
    return Transfer(choices.environment, text, plan, line, others, odd, tuple(left))


def _validate(
    plan: Plan, schema: Schema, environment: str, services: Mapping[str, Service]
) -> list[Finding]:
    """Return what the generator would say of a plan, by asking it."""
    from tempfile import TemporaryDirectory

    from aspects_gen.values.resolve import resolve_values

    with TemporaryDirectory() as folder:
        file = Path(folder) / f"{environment}.yaml"
        file.write_text(render_values(plan, schema), encoding="utf-8")
        try:
            resolve_values(file, Path(folder), services)
        except ValuesError as error:
            return error.findings
    return []
