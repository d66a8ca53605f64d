"""Generate the deployment of each environment.

Reads environments/ENV.yaml and writes generated/ENV/. Writes only what changed, removes only what it wrote
before, and refuses to overwrite what was changed by hand.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aspects_gen.cli.arguments import add_folders, add_json
from aspects_gen.environment import Place, code_digest, find_places, is_fresh
from aspects_gen.errors import AspectsError, ValuesError, WriteError

if TYPE_CHECKING:
    from aspects_gen.generate import Built


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("names", nargs="*", metavar="ENV", help="environments (default: all)")
    add_folders(parser, out=True)
    parser.add_argument(
        "--check",
        action="store_true",
        help="write nothing; exit 1 when the output is not what the values say",
    )
    parser.add_argument(
        "--full",
        action="store_true",
        help="generate even where the index says that nothing changed",
    )
    parser.add_argument("--force", action="store_true", help="overwrite hand-edited files")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Build or check every named environment; one that is wrong does not stop the others."""
    places = find_places(args.environments, args.out, args.names)
    code = code_digest()
    reports, wrong, refused = [], [], []
    for place in places:
        try:
            reports.append(_check(place, code, args) if args.check else _build(place, code, args))
        except ValuesError as error:
            wrong.append(error)
        except WriteError as error:
            refused.append(error)
    if args.json:
        _print_json(reports, wrong, refused)
    else:
        _print_text(reports, wrong, refused, check=args.check)
    if wrong:
        return ValuesError.exit_code
    if refused:
        return WriteError.exit_code
    return 1 if any(report["state"] == "stale" for report in reports) else 0


def _generate(place: Place, code: str) -> Built:
    from aspects_gen.generate import generate
    from aspects_gen.services.registry import discover_services

    return generate(place, discover_services(), code)


def _build(place: Place, code: str, args: argparse.Namespace) -> dict[str, Any]:
    if not args.full and is_fresh(place, code):
        return {"environment": place.name, "folder": place.folder, "state": "fresh"}
    from aspects_gen.tree.write import write_tree

    built = _generate(place, code)
    written = write_tree(place.folder, built.tree, built.index, force=args.force)
    return {
        "environment": place.name,
        "folder": place.folder,
        "state": "built",
        "written": list(written.changed),
        "removed": list(written.removed),
        "unchanged": written.unchanged,
        "findings": [finding.as_data() for finding in built.findings],
    }


def _check(place: Place, code: str, args: argparse.Namespace) -> dict[str, Any]:
    report = {"environment": place.name, "folder": place.folder, "state": "fresh"}
    if not args.full and is_fresh(place, code):
        return report
    from aspects_gen.tree.compare import Difference, compare_tree, show_differences
    from aspects_gen.tree.index import NAME

    built = _generate(place, code)
    differences = compare_tree(place.folder, built.tree)
    index = place.folder / NAME
    if not index.is_file() or index.read_text(encoding="utf-8") != built.index.dump():
        differences.append(Difference(NAME, "changed"))
    if not differences:
        return report
    tree = {**built.tree, NAME: built.index.dump()}
    shown = list(show_differences(place.folder, tree, differences))
    files = [{"path": d.path, "kind": d.kind} for d in differences]
    return {**report, "state": "stale", "differences": files, "shown": shown}


def _print_json(
    reports: list[dict[str, Any]], wrong: list[ValuesError], refused: list[WriteError]
) -> None:
    data = {
        "environments": [
            {k: str(v) if isinstance(v, Path) else v for k, v in r.items() if k != "shown"}
            for r in reports
        ],
        "errors": [finding.as_data() for error in wrong for finding in error.findings],
        "refused": [str(error) for error in refused],
    }
    print(json.dumps(data, indent=1))


def _print_text(
    reports: list[dict[str, Any]],
    wrong: list[ValuesError],
    refused: list[WriteError],
    *,
    check: bool,
) -> None:
    for report in reports:
        print(_sentence(report))
        for line in report.get("shown", []):
            print(f"  {line}")
    errors: list[AspectsError] = [*wrong, *refused]
    for error in errors:
        print(error, file=sys.stderr)
    if check and any(report["state"] == "stale" for report in reports):
        print("stale: run `aspects-gen build` and commit the result")


def _sentence(report: dict[str, Any]) -> str:
    head = f"{report['folder']}: "
    match report["state"]:
        case "fresh":
            return head + "fresh"
        case "stale":
            return head + f"stale, {len(report['differences'])} files differ"
    counts = [f"{len(report['written'])} files written", f"{report['unchanged']} unchanged"]
    if report["removed"]:
        counts.append(f"{len(report['removed'])} removed")
    warnings = [finding for finding in report["findings"] if not finding["waived"]]
    if warnings:
        counts.append(f"{len(warnings)} lint warnings (aspects-gen lint)")
    return head + ", ".join(counts)
