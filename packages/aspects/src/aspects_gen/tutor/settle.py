"""The last check of an import: values that our own validation refuses are taken back and counted as lost."""

from __future__ import annotations

from collections.abc import Callable
from itertools import takewhile

from aspects_gen.errors import Finding
from aspects_gen.tutor.plan import REQUIRED, Plan, value_or_none, withdraw, without
from aspects_gen.values.paths import Path, parse_path, show_path

MAX_ROUNDS = 50
"""Checks until it is given up; each takes at least one value back."""

Validate = Callable[[Plan], list[Finding]]


def settle_plan(plan: Plan, validate: Validate) -> list[Finding]:
    """Take back what the validation refuses, until it refuses nothing.

    Returns:
        What is still wrong because no imported value causes it; the operator must set something.
    """
    findings = validate(plan)
    for _ in range(MAX_ROUNDS):
        if not any(_take_back(plan, finding, validate) for finding in findings):
            break
        findings = validate(plan)
    return findings


def _take_back(plan: Plan, finding: Finding, validate: Validate) -> bool:
    path = parse_path(finding.path)
    if show_path(path) not in REQUIRED and withdraw(plan, path, *_reason(finding)):
        return True
    cause = _find_cause(plan, finding, validate)
    return cause is not None and withdraw(plan, cause, *_reason(finding))


def _reason(finding: Finding) -> tuple[str, str]:
    return finding.problem, f"{finding.fix} ({finding.path})"


def _find_cause(plan: Plan, finding: Finding, validate: Validate) -> Path | None:
    """Return the value without which a problem is gone: some problems show at another place."""
    place = parse_path(finding.path)

    def distance(path: Path) -> tuple[bool, int]:
        # a switch goes last: without its service any problem is gone, and much else too
        shared = sum(
            1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(path, place, strict=False))
        )
        return isinstance(value_or_none(plan.data, path), bool), -shared

    for path in sorted(plan.origins, key=distance):
        if show_path(path) in REQUIRED:
            continue
        left = {(f.path, f.problem) for f in validate(without(plan, path))}
        if (finding.path, finding.problem) not in left:
            return path
    return None
