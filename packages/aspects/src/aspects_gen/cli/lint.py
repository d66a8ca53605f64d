"""Judge what an environment would deploy: references, names, security, availability, order.

Reads environments/ENV.yaml, composes it in memory and applies every rule. Exit 1 when an error is found that no
waiver accepts; with --strict a warning is enough. Waivers stand in the values, each with its reason.
"""

from __future__ import annotations

import argparse
import json
import sys
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aspects_gen.cli.arguments import add_folders, add_json
from aspects_gen.environment import Place, find_places
from aspects_gen.errors import ValuesError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aspects_gen.lint.finding import LintFinding
    from aspects_gen.services.contract import Service

Report = tuple[Place, "list[LintFinding]"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("names", nargs="*", metavar="ENV", help="environments (default: all)")
    add_folders(parser)
    parser.add_argument("--strict", action="store_true", help="exit 1 for warnings too")
    parser.add_argument("--rules", action="store_true", help="list the rules and stop")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Print the findings of every named environment; one that is wrong does not stop the others."""
    if args.rules:
        _print_rules(as_json=args.json)
        return 0
    from aspects_gen.services.registry import discover_services

    services = discover_services()
    reports: list[Report] = []
    wrong: list[ValuesError] = []
    for place in find_places(args.environments, Path("generated"), args.names):
        try:
            reports.append((place, _lint(place, services)))
        except ValuesError as error:
            wrong.append(error)
    if args.json:
        _print_json(reports, wrong)
    else:
        _print_text(reports, wrong)
    if wrong:
        return ValuesError.exit_code
    counted = ("error", "warning") if args.strict else ("error",)
    found = (finding for _, findings in reports for finding in findings if not finding.waived)
    return int(any(finding.severity in counted for finding in found))


def _lint(place: Place, services: Mapping[str, Service]) -> list[LintFinding]:
    from aspects_gen.compose.pipeline import build_tree
    from aspects_gen.generate import compose_place
    from aspects_gen.lint.run import lint_bundle

    bundle = compose_place(place, services)
    return lint_bundle(bundle, build_tree(bundle))


def _print_json(reports: Iterable[Report], wrong: Iterable[ValuesError]) -> None:
    data = {
        "environments": [
            {"environment": place.name, "findings": [finding.as_data() for finding in findings]}
            for place, findings in reports
        ],
        "errors": [finding.as_data() for error in wrong for finding in error.findings],
    }
    print(json.dumps(data, indent=1))


def _print_text(reports: Iterable[Report], wrong: Iterable[ValuesError]) -> None:
    for place, findings in reports:
        for line in _show(place.name, findings):
            print(line)
    for error in wrong:
        print(error, file=sys.stderr)


def _show(name: str, findings: list[LintFinding]) -> Iterable[str]:
    """Yield the lines about an environment: open findings by rule, then what is waived, then the count."""
    titles = {rule["id"]: rule["title"] for rule in _rules()}
    open_findings = [finding for finding in findings if not finding.waived]
    for (rule, severity), group in groupby(open_findings, lambda f: (f.rule, f.severity)):
        yield f"{rule} {severity}: {titles[rule]}"
        for finding in group:
            yield f"  {finding.object}: {finding.problem}"
            yield f"    in {name}/{finding.file}" if rule != "L901" else f"    in {finding.file}"
            yield f"    = fix: {finding.fix}"
    waived = [finding for finding in findings if finding.waived]
    for finding in waived:
        yield f"{finding.rule} waived: {finding.object}: {finding.problem}"
        yield f"    = reason: {finding.reason}"
    yield f"{name}: {_count(open_findings, 'error')}, {_count(open_findings, 'warning')}, {len(waived)} waived"


def _count(findings: list[LintFinding], severity: str) -> str:
    number = sum(finding.severity == severity for finding in findings)
    return f"{number} {severity}{'' if number == 1 else 's'}"


def _rules() -> list[dict[str, Any]]:
    from aspects_gen.lint.catalogue import RULES

    return [
        {"id": rule.id, "severity": rule.severity, "title": rule.title, "why": rule.why}
        for rule in RULES
    ]


def _print_rules(*, as_json: bool) -> None:
    rules = _rules()
    if as_json:
        print(json.dumps({"rules": rules}, indent=1))
        return
    for rule in rules:
        print(f"{rule['id']} {rule['severity']}: {rule['title']}\n    {rule['why']}")
