"""From a Tutor configuration to outcomes: each setting by its rule; then what the schema would refuse is lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from aspects_gen.tutor.changes import find_changes
from aspects_gen.tutor.combine import COMBINATIONS
from aspects_gen.tutor.conditions import CONDITIONS
from aspects_gen.tutor.convert import CONVERTERS
from aspects_gen.tutor.hidden import PLAIN_NAME, Hidden
from aspects_gen.tutor.outcome import (
    Carried,
    Dropped,
    Lost,
    Mapped,
    Note,
    Noted,
    NotNeededError,
    Outcome,
    Outcomes,
    UnmappableError,
)
from aspects_gen.tutor.rules import Rule, load_rules
from aspects_gen.tutor.settings import PREFIX, Settings, as_boolean
from aspects_gen.values.paths import parse_path
from aspects_gen.values.schema import Schema, node_at

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

OURS = (
    PREFIX,
    "CLICKHOUSE_",
    "DBT_",
    "EVENT_BUS_",
    "EVENT_ROUTING_",
    "EVENT_SINK_",
    "RALPH_",
    "SUPERSET_",
    "VECTOR_",
)
"""Beginnings of names that concern Aspects; other unknown settings are the LMS's or another plugin's."""

LMS_HOST = ("LMS_HOST", "site.lmsHost")
"""The setting and the key that a values file cannot do without."""


def translate(settings: Settings, schema: Schema) -> Outcomes:
    """Return what became of every setting.

    Args:
        settings: the configuration.
        schema: the bundled schema of the values; what it would refuse counts as lost.
    """
    translation = _Translation(settings, schema)
    for name, rules in load_rules().items():
        if name in settings.file or name in settings.defaults or "by" in rules[0]:
            translation.add_setting(name, rules)
    translation.add_unknown()
    translation.add_lms_host()
    for note in find_changes(settings):
        translation.outcomes.add(note)
    return translation.outcomes


def unknown_settings(config: Mapping[str, Any]) -> list[str]:
    """Return the names that no rule knows, sorted; names of an odd form are left out: they may be values."""
    known = load_rules()
    return sorted(name for name in config if name not in known and PLAIN_NAME.match(name))


class _Translation:
    """Collects outcomes; checks each value before it counts as mapped."""

    def __init__(self, settings: Settings, schema: Schema) -> None:
        self.settings = settings
        self.schema = schema
        self.hidden = Hidden(settings.file)
        self.outcomes = Outcomes()

    def add_setting(self, name: str, rules: list[Rule]) -> None:
        """Add the outcomes of one setting."""
        if "by" in rules[0]:
            for outcome in COMBINATIONS[rules[0]["by"]](self.settings, name):
                self._add(outcome)
            return
        rule = next((r for r in rules if self._holds(r)), None)
        if rule is not None and "key" in rule:
            self._add_mapped(name, rule)
        elif name in self.settings.file:
            unused: Rule = {"dropped": "nothing in this deployment reads it"}
            self._add_other(name, rule or unused)

    def add_unknown(self) -> None:
        """Add the settings that concern Aspects but that no rule knows."""
        for name in unknown_settings(self.settings.file):
            if name.startswith("DBT_PROFILE_"):
                self._add(Dropped(name, "the profile of dbt is written by this deployment"))
            elif name.startswith("EVENT_BUS_"):
                why = (
                    "the event bus is set up in the LMS's own settings, and goes on as it is there"
                )
                self._add(Dropped(name, why))
            elif name.startswith(OURS):
                why = "no release of Aspects that is known here has this setting"
                self._add(Lost(name, why, "set what it did by hand, if anything"))

    def add_lms_host(self) -> None:
        """Add Tutor's example address where the file has none that can be used."""
        variable, key = LMS_HOST
        if not any(mapped.key == key for mapped in self.outcomes.mapped):
            self._add(Mapped(variable, key, self.settings.defaults[variable], default=True))
            self._add(Note(f"{key} is Tutor's example address: set it to the site's"))

    def _holds(self, rule: Rule) -> bool:
        return "when" not in rule or CONDITIONS[rule["when"]](self.settings)

    def _add_other(self, name: str, rule: Rule) -> None:
        value = self.settings.file[name]
        if "dropped" in rule:
            self._add(Dropped(name, rule["dropped"]))
        elif value in ("", [], {}) or as_boolean(value) is False:
            self._add(Dropped(name, "is empty or off, so nothing is lost"))
        elif "secret" in rule:
            self._add(Carried(name, rule["secret"]))
            if "note" in rule:
                self._add(Note(f"{name}: {rule['note']}"))
        else:
            self._add(Lost(name, rule["lost"], rule["fix"]))

    def _add_mapped(self, name: str, rule: Rule) -> None:
        set_here = name in self.settings.file
        for key, converter in {rule["key"]: rule["as"], **rule.get("also", {})}.items():
            try:
                value = CONVERTERS[converter](self.settings.get(name), name, self.settings)
            except UnmappableError as error:
                self._add(Lost(name, error.why, f"{error.fix} ({key})"))
                return
            except NotNeededError as reason:
                self._add(Dropped(name, str(reason)))
                return
            note = value.note if isinstance(value, Noted) else ""
            value = value.value if isinstance(value, Noted) else value
            if not self._add(Mapped(name, key, value, default=not set_here)):
                return
            if note:
                self._add(Note(note))
        if set_here and "note" in rule:
            self._add(Note(rule["note"]))

    def _add(self, outcome: Outcome) -> bool:
        """Add an outcome under the name that the file has for it; tell whether it is not lost."""
        if isinstance(outcome, Mapped):
            outcome = self._checked(outcome)
        if not isinstance(outcome, Note):
            shown = self.settings.names.get(outcome.variable, outcome.variable)
            outcome = replace(outcome, variable=shown)
        self.outcomes.add(outcome)
        return not isinstance(outcome, Lost)

    def _checked(self, found: Mapped) -> Mapped | Lost:
        if self.hidden.holds_secret(found.value):
            why = "its value is, or holds, a secret"
            return Lost(found.variable, why, f"set {found.key} by hand, without the secret")
        node = node_at(self.schema, parse_path(found.key))
        if node is None:
            why = f"{found.key} is not a value of the installed services"
            return Lost(found.variable, why, "install the service that has it")
        if next(_validator(self.schema, node).iter_errors(found.value), None) is None:
            return found
        expected = node.get("x-expected") or node.get("description") or "another value"
        why = f"its value does not fit {found.key}"
        return Lost(found.variable, why, f"set {found.key}: {expected}")


def _validator(schema: Schema, node: Schema) -> Draft202012Validator:
    from jsonschema import Draft202012Validator

    return Draft202012Validator({**node, "$defs": schema["$defs"]})
