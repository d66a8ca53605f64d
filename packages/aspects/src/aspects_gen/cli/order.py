"""Say what happens when, and why: each wave, what it brings and what that waits for.

Argo CD applies the waves one after the other and waits until each is healthy. By default Deployments, StatefulSets,
DaemonSets and Jobs have a line each and everything else one line a wave; --all gives each object its own.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aspects_gen.cli.arguments import add_environment, add_folders

if TYPE_CHECKING:
    from aspects_gen.compose.bundle import Bundle, Step

Row = dict[str, Any]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    add_environment(parser)
    add_folders(parser)
    parser.add_argument("--all", action="store_true", help="a line for every object")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--mermaid", action="store_true", help="draw it, as a Mermaid flowchart")
    form.add_argument("--json", action="store_true", help="print data for machines")


def run(args: argparse.Namespace) -> int:
    """Print the order of one environment."""
    from aspects_gen.environment import find_places
    from aspects_gen.generate import compose_place
    from aspects_gen.services.registry import discover_services

    place = find_places(args.environments, Path("generated"), [args.environment])[0]
    bundle = compose_place(place, discover_services())
    rows = _rows(bundle)
    if not args.all:
        rows = _summarise(rows)
    if args.json:
        print(json.dumps({"environment": place.name, "steps": rows}, indent=1))
    elif args.mermaid:
        print("\n".join(_mermaid(rows)))
    else:
        print("\n".join(_text(rows)))
    return 0


def _rows(bundle: Bundle) -> list[Row]:
    """Return a row for each object; ConfigMaps are none of the steps since kustomize makes them."""
    from aspects_gen.compose.bundle import Step
    from aspects_gen.compose.order import CONFIG, WHY

    kinds = {item.id: item.kind for item in bundle.items}
    made = [
        Step(CONFIG, f"configmap/{name}", files.folder, (), WHY[CONFIG])
        for name, files in bundle.files.items()
    ]
    steps = sorted([*bundle.steps, *made], key=lambda step: (step.wave, step.folder, step.id))
    return [_row(bundle, step, kinds.get(step.id, "ConfigMap")) for step in steps]


def _row(bundle: Bundle, step: Step, kind: str) -> Row:
    from aspects_gen.compose.order import GRAPH_KINDS

    row = {
        "wave": step.wave,
        "object": step.id,
        "kind": kind,
        "runs": kind in GRAPH_KINDS,
        "folder": step.folder,
        "waits_for": list(step.after),
        "why": step.why,
    }
    if step.id in bundle.job_names:
        row["name"] = bundle.job_names[step.id]
    return row


def _summarise(rows: list[Row]) -> list[Row]:
    """Return the rows with those of a wave that do not run put together in one."""
    short: list[Row] = []
    for wave in sorted({row["wave"] for row in rows}):
        here = [row for row in rows if row["wave"] == wave]
        still = [row for row in here if not row["runs"]]
        if still:
            short.append(_sum(wave, still))
        short += [row for row in here if row["runs"]]
    return short


def _sum(wave: int, rows: list[Row]) -> Row:
    counts = sorted(Counter(row["kind"] for row in rows).items())
    return {
        "wave": wave,
        "object": ", ".join(f"{count} {kind}" for kind, count in counts),
        "kinds": dict(counts),
        "runs": False,
        "waits_for": [],
        "why": "; ".join(dict.fromkeys(row["why"] for row in rows)),
    }


def _text(rows: list[Row]) -> list[str]:
    from aspects_gen.cli.table import format_table, terminal_width

    cells = []
    for row in rows:
        before = ", ".join(row["waits_for"]) or "-"
        cells.append((str(row["wave"]), row["object"], before, row["why"]))
    return format_table(("WAVE", "OBJECT", "WAITS FOR", "WHY"), cells, terminal_width())


def _mermaid(rows: list[Row]) -> list[str]:
    """Return a flowchart: a box for each wave, an arrow from each thing to what waits for it."""
    lines = ["flowchart TD"]
    waves = sorted({row["wave"] for row in rows})
    for wave in waves:
        lines.append(f'  subgraph wave{wave}["wave {wave}"]')
        for index, row in enumerate(rows):
            if row["wave"] == wave:
                lines.append(f"    n{index}{_shape(row)}")
        lines.append("  end")
    names = {row["object"]: f"n{index}" for index, row in enumerate(rows) if row["runs"]}
    for row in rows:
        for before in _direct(row, rows):
            lines.append(f"  {names[before]} --> {names[row['object']]}")
    lines += [f"  wave{a} ~~~ wave{b}" for a, b in pairwise(waves)]
    return lines


def _direct(row: Row, rows: list[Row]) -> list[str]:
    """Return what a row waits for, without what something else that it waits for waits for anyway."""
    by_object = {other["object"]: other for other in rows}
    implied: set[str] = set()
    ahead = list(row["waits_for"])
    while ahead:
        for before in by_object[ahead.pop()]["waits_for"]:
            if before not in implied:
                implied.add(before)
                ahead.append(before)
    return [before for before in row["waits_for"] if before not in implied]


def _shape(row: Row) -> str:
    """Return a node's shape and label: round for Jobs, which end; square for what stays."""
    label = row["object"].replace('"', "#quot;")
    if row.get("kind") == "Job":
        return f'(["{label}"])'
    return f'["{label}"]'
