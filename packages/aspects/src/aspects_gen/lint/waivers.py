"""Waivers: findings that the operator accepts, with a reason."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from typing import Any

from aspects_gen.compose.bundle import Bundle
from aspects_gen.lint.finding import Flaw, LintFinding
from aspects_gen.lint.survey import Survey

UNUSED = "L901"


def check_nothing(_survey: Survey) -> Iterator[Flaw]:
    """Yield nothing: which waivers are idle is known only after every other rule, see `apply_waivers`."""
    yield from ()


def apply_waivers(
    findings: list[LintFinding], bundle: Bundle, known: Container[str]
) -> list[LintFinding]:
    """Return the findings, those that a waiver accepts marked so, and one for each idle waiver.

    Args:
        findings: what the rules found.
        bundle: says the waivers, and the file they stand in.
        known: every rule id.
    """
    waivers = bundle.settings["waivers"]
    forms = [_form(waiver) for waiver in waivers]
    used: set[int] = set()
    judged = []
    for finding in findings:
        index = _accepting(finding, waivers, forms)
        if index is None:
            judged.append(finding)
            continue
        used.add(index)
        judged.append(finding._replace(waived=True, reason=waivers[index]["reason"]))
    return [*judged, *_idle(bundle, used, known)]


def _form(waiver: dict[str, Any]) -> re.Pattern[str]:
    """Return the objects of a waiver as a pattern: * stands for any run of characters."""
    parts = waiver.get("object", "*").split("*")
    return re.compile(".*".join(re.escape(part) for part in parts))


def _accepting(
    finding: LintFinding, waivers: list[dict[str, Any]], forms: list[re.Pattern[str]]
) -> int | None:
    for index, (waiver, form) in enumerate(zip(waivers, forms, strict=True)):
        if waiver["rule"] == finding.rule and form.fullmatch(finding.object):
            return index
    return None


def _idle(bundle: Bundle, used: set[int], known: Container[str]) -> Iterator[LintFinding]:
    for index, waiver in enumerate(bundle.settings["waivers"]):
        if index in used:
            continue
        rule, target = waiver["rule"], waiver.get("object", "*")
        problem = f"the waiver of {rule} for {target} accepts nothing that is found"
        if rule not in known:
            problem = f"the waiver names {rule}, and no rule has this id"
        place = f"Values/{bundle.values.environment}"
        fix = "remove the waiver, or fix its rule or object; `aspects-gen lint --rules` lists the rules"
        file = bundle.values.layers.file
        key = ("waivers", index)
        yield LintFinding(UNUSED, "warning", place, file, problem, fix, key=key)
