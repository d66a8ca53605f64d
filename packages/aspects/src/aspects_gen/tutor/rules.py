"""The table of settings: what each variable of Tutor and Aspects becomes. The table itself is mapping.json.

A rule is `{"key": dotted path, "as": converter}`, `{"secret": "name/key"}`, `{"dropped": why}`,
`{"lost": why, "fix": what to do}` or `{"by": function of combine, "sets": keys}`. Further words: `when` names
a condition (rules of a list are alternatives, the first whose condition holds counts), `also` names further keys
with their converters, `note` says what changes, `hide` marks a value that must never be shown.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

Rule = dict[str, Any]

_FOLDER = Path(__file__).parent


@cache
def load_rules() -> dict[str, list[Rule]]:
    """Return variable -> alternative rules, in the order of the table."""
    table = json.loads((_FOLDER / "mapping.json").read_text(encoding="utf-8"))
    return {name: rule if isinstance(rule, list) else [rule] for name, rule in table.items()}


def load_defaults() -> dict[str, dict[str, Any]]:
    """Return what unset variables mean: `tutor` for all, and `ralph` or `vector` by the plugin's line.

    `references` are the same here as there: only other settings that refer to them need them.
    """
    loaded: dict[str, dict[str, Any]] = json.loads(
        (_FOLDER / "defaults.json").read_text(encoding="utf-8")
    )
    return loaded


def is_secret(name: str) -> bool:
    """Tell whether the table says that a variable's value must never be shown."""
    return any("secret" in rule or rule.get("hide") for rule in load_rules().get(name, []))
