"""Generate the deployment of each environment.

Reads environments/ENV.yaml and writes generated/ENV/. Writes only what changed, removes only what it wrote
before, and refuses to overwrite what was changed by hand.
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from aspects_gen.cli.arguments import add_folders, add_json
from aspects_gen.environment import Place, code_digest, find_places, is_fresh
from aspects_gen.errors import ValuesError, WriteError, disk_error

if TYPE_CHECKING:
    from aspects_gen.generate import Built

Report = dict[str, Any]
"""What became of one environment: its name, its folder, `state`, and what the state brings along."""


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
    reports = [_report(place, code, args) for place in places]
    if args.json:
        _print_json(reports)
    else:
        _print_text(reports)
    return _exit_code(reports)


def _report(place: Place, code: str, args: argparse.Namespace) -> Report:
    """Return what became of an environment; `error` holds what stopped it."""
    try:
        found = _check(place, code, args) if args.check else _build(place, code, args)
    except ValuesError as error:
        found = {"state": "wrong", "error": error}
    except WriteError as error:
        found = {"state": "refused", "error": error}
    except OSError as error:
        found = {"state": "refused", "error": disk_error(error)}
    return {"environment": place.name, "folder": str(place.folder), **found}


def _exit_code(reports: list[Report]) -> int:
    """Return the gravest of what happened: wrong values, then a refusal, then staleness."""
    states = {report["state"] for report in reports}
    if "wrong" in states:
        return ValuesError.exit_code
    if "refused" in states:
        return WriteError.exit_code
    return int("stale" in states)


def _generate(place: Place, code: str) -> Built:
    from aspects_gen.generate import generate
    from aspects_gen.services.registry import discover_services

    return generate(place, discover_services(), code)


def _build(place: Place, code: str, args: argparse.Namespace) -> Report:
    if not args.full and is_fresh(place, code):
        return {"state": "fresh"}
    from aspects_gen.tree.write import write_tree

    built = _generate(place, code)
    written = write_tree(place.folder, built.tree, built.index, force=args.force)
    return {
        "state": "built",
        "written": list(written.changed),
        "removed": list(written.removed),
        "unchanged": written.unchanged,
        "findings": [finding.as_data() for finding in built.findings],
    }


def _check(place: Place, code: str, args: argparse.Namespace) -> Report:
    if not args.full and is_fresh(place, code):
        return {"state": "fresh"}
    from aspects_gen.tree.compare import Difference, compare_tree, show_differences
    from aspects_gen.tree.index import NAME

    built = _generate(place, code)
    differences = compare_tree(place.folder, built.tree)
    index = place.folder / NAME
    if not index.is_file() or index.read_text(encoding="utf-8") != built.index.dump():
        differences.append(Difference(NAME, "changed"))
    if not differences:
        return {"state": "fresh"}
    tree = {**built.tree, NAME: built.index.dump()}
    shown = list(show_differences(place.folder, tree, differences))
    files = [{"path": d.path, "kind": d.kind} for d in differences]
    return {"state": "stale", "differences": files, "shown": shown}


def _print_json(reports: list[Report]) -> None:
    kept = [{k: v for k, v in r.items() if k not in ("shown", "error")} for r in reports]
    errors = [
        {"environment": report["environment"], **error}
        for report in reports
        if "error" in report
        for error in report["error"].as_data()
    ]
    print(json.dumps({"environments": kept, "errors": errors}, indent=1))


def _print_text(reports: list[Report]) -> None:
    for report in reports:
        if "error" not in report or len(reports) > 1:
            print(_sentence(report))
        for line in report.get("shown", []):
            print(f"  {line}")
    sys.stdout.flush()  # so that a terminal, or a file that takes both, shows the errors last
    for report in reports:
        if "error" in report:
            print(report["error"], file=sys.stderr)
    if any(report["state"] == "stale" for report in reports):
        print("stale: run `aspects-gen build` and commit the result")


def _sentence(report: Report) -> str:
    head = f"{report['folder']}: "
    match report["state"]:
        case "fresh" | "refused":
            return head + str(report["state"])
        case "wrong":
            return head + "the values are wrong"
        case "stale":
            return head + f"stale, {len(report['differences'])} files differ"
    counts = [f"{len(report['written'])} files written", f"{report['unchanged']} unchanged"]
    if report["removed"]:
        counts.append(f"{len(report['removed'])} removed")
    warnings = [finding for finding in report["findings"] if not finding["waived"]]
    if warnings:
        counts.append(f"{len(warnings)} lint warnings (aspects-gen lint)")
    return head + ", ".join(counts)
