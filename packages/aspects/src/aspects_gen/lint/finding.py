"""What the lint finds: a flaw as a rule sees it, and the finding that people and machines get."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Literal, NamedTuple

from aspects_gen.compose.bundle import Item
from aspects_gen.lint.survey import Survey
from aspects_gen.values.paths import Path as ValuePath
from aspects_gen.values.paths import show_path

Severity = Literal["error", "warning"]


class Flaw(NamedTuple):
    """One thing that a rule dislikes."""

    object: str
    """Kind/name; a Job's name without its hash, so that a waiver outlives a change of the Job."""
    file: str
    """Path inside the environment's folder."""
    problem: str
    fix: str
    key: ValuePath = ()
    """The values key that decides it, where the rule knows one."""


Check = Callable[[Survey], Iterator[Flaw]]


class Rule(NamedTuple):
    """One rule: what must hold, why, and the function that yields what does not."""

    id: str
    severity: Severity
    title: str
    """What must hold, as a sentence."""
    why: str
    check: Check


class LintFinding(NamedTuple):
    """A flaw under the rule that found it, and the reason for which it is accepted."""

    rule: str
    severity: Severity
    object: str
    file: str
    problem: str
    fix: str
    waived: bool = False
    reason: str = ""
    key: ValuePath = ()

    def as_data(self) -> dict[str, Any]:
        """Return the finding for machines."""
        return {
            "rule": self.rule,
            "severity": self.severity,
            "object": self.object,
            "file": self.file,
            "problem": self.problem,
            "fix": self.fix,
            "waived": self.waived,
            "reason": self.reason,
            "key": show_path(self.key),
        }


def blame(item: Item, problem: str, fix: str, key: ValuePath = ()) -> Flaw:
    """Return a flaw of an object."""
    return Flaw(f"{item.kind}/{item.name}", file_of(item), problem, fix, key)


def file_of(item: Item) -> str:
    """Return the output file that holds an object."""
    return f"{item.folder}/{item.kind.lower()}-{item.name}.yaml"
