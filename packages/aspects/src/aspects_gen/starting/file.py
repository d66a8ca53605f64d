"""The text of a starting values file: what was chosen, and useful keys as comments with their defaults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any, cast

from aspects_gen.errors import Finding, ValuesError
from aspects_gen.services.contract import Service
from aspects_gen.services.registry import PARTS
from aspects_gen.starting.layout import Entry, render_entries
from aspects_gen.starting.outline import SET, list_shown
from aspects_gen.starting.questions import QUESTIONS, Answers
from aspects_gen.values.paths import has_value, parse_path, value_at
from aspects_gen.values.resolve import Values, resolve_values

SCHEMA = "schemas/values.schema.json"

HEAD = """\
# yaml-language-server: $schema=../{schema}
# Values of the environment `{name}`. `aspects-gen explain KEY` says what a key means and what sets it.
# Lines with `#` right before a key, or before its indentation, show what holds without them:
# remove the `#` and change the value. Every key that is not here has a default, too.
"""


def choose_values(answers: Answers) -> dict[str, Any]:
    """Return what the answers set: dotted key -> value."""
    chosen: dict[str, Any] = {q.key: answers[q.name] for q in QUESTIONS if q.name in answers}
    if answers.get("source") == "vector":
        chosen |= {"vector.enabled": True, "ralph.enabled": False}
    return chosen


@dataclass(frozen=True)
class Started:
    """A first values file, and what only the operator can still say."""

    text: str
    to_do: list[Finding]


def start_environment(name: str, answers: Answers, services: Mapping[str, Service]) -> Started:
    """Return an environment's first values file; it fits the schema.

    What a service finds missing (a bucket, a storage class) nobody can make up: the file shows such keys with
    a note.

    Args:
        name: the environment.
        answers: to every question that applies.
        services: every discovered service.

    Raises:
        ValuesError: the answers break the schema.
    """
    chosen = choose_values(answers)
    silent = silence_services(services)
    bare = HEAD.format(schema=SCHEMA, name=name) + render_entries(_active(chosen), {})
    values = _resolve(name, bare, silent)
    entries = _entries(chosen, values, _find_open(name, bare, services))
    text = HEAD.format(schema=SCHEMA, name=name) + render_entries(entries, values.schema)
    _resolve(name, text, silent)
    return Started(text, _find_open(name, text, services))


def silence_services(services: Mapping[str, Service]) -> dict[str, Service]:
    """Return services that find nothing wrong, to see what the values become."""
    silent = {}
    for name, service in services.items():
        parts = [part for part in (*PARTS, "opinions") if hasattr(service, part)]
        copy = SimpleNamespace(**{part: getattr(service, part) for part in parts})
        copy.check = lambda _values, _site: []
        silent[name] = cast(Service, copy)
    return silent


def _find_open(name: str, text: str, services: Mapping[str, Service]) -> list[Finding]:
    try:
        _resolve(name, text, services)
    except ValuesError as error:
        return error.findings
    return []


def _resolve(name: str, text: str, services: Mapping[str, Service]) -> Values:
    """Return the complete values that a text gives, without leaving a file behind."""
    with TemporaryDirectory(prefix="aspects-gen-") as folder:
        path = Path(folder) / f"{name}.yaml"
        path.write_text(text, encoding="utf-8")
        return resolve_values(path, Path(folder), services)


def _active(chosen: Mapping[str, Any]) -> dict[str, Entry]:
    return {key: Entry(value, active=True) for key, value in chosen.items()}


def _entries(
    chosen: Mapping[str, Any], values: Values, to_do: Sequence[Finding]
) -> dict[str, Entry]:
    """Return every key to show: the outline's, those with something to do, and those that were chosen."""
    notes = {finding.path: f"{finding.problem}; {finding.fix}" for finding in to_do}
    shown = {}
    for key in dict.fromkeys([*list_shown(chosen), *notes, *chosen]):
        path = parse_path(key)
        if has_value(values.data, path) and not isinstance(path[-1], int):
            active = key in chosen or key in SET
            shown[key] = Entry(value_at(values.data, path), active, notes.get(key, ""))
    return shown
