"""The lint of a composed environment: every rule, the waivers, and the refusal of errors."""

from __future__ import annotations

from collections.abc import Mapping

from aspects_gen.compose.bundle import Bundle
from aspects_gen.errors import Finding, Position, ValuesError
from aspects_gen.lint.catalogue import RULES
from aspects_gen.lint.finding import LintFinding
from aspects_gen.lint.survey import Survey
from aspects_gen.lint.waivers import apply_waivers
from aspects_gen.values.layers import Layers
from aspects_gen.values.paths import show_path


def lint_bundle(bundle: Bundle, tree: Mapping[str, str]) -> list[LintFinding]:
    """Return everything the rules find, sorted by rule and object; what is waived is marked.

    Args:
        bundle: composed.
        tree: its output: path inside the environment's folder -> text.
    """
    survey = Survey(bundle, tree)
    found = {
        LintFinding(
            rule.id, rule.severity, flaw.object, flaw.file, flaw.problem, flaw.fix, key=flaw.key
        )
        for rule in RULES
        for flaw in rule.check(survey)
    }
    known = {rule.id for rule in RULES}
    judged = apply_waivers(sorted(found, key=_order), bundle, known)
    return sorted(judged, key=_order)


def _order(finding: LintFinding) -> tuple[str, ...]:
    return (finding.rule, finding.object, finding.file, finding.problem)


def refuse_errors(findings: list[LintFinding], layers: Layers) -> None:
    """Refuse what must not be written.

    Raises:
        ValuesError: there are errors that no waiver accepts; each is placed at the values key that decides it.
    """
    errors = [f for f in findings if f.severity == "error" and not f.waived]
    if errors:
        raise ValuesError([_place(finding, layers) for finding in errors])


def _place(finding: LintFinding, layers: Layers) -> Finding:
    titles = {rule.id: rule.title for rule in RULES}
    at = layers.position(finding.key) if finding.key else Position(layers.file)
    return Finding(
        finding.rule,
        at,
        show_path(finding.key),
        f"{finding.object}: {finding.problem}",
        finding.file,
        titles[finding.rule],
        finding.fix,
        layers.source(at) if finding.key else "",
    )
