"""Make a campus to try things with: statements and rows as an LMS with Aspects sends them.

The same options give the same bytes. With --out, the folder gets one file of events and one file for each
table of the event sinks; without it, events go to standard output. Nothing is real: people, courses and
answers are made up.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from aspects_gen.cli.arguments import add_json
from aspects_gen.errors import UsageError, WriteError

if TYPE_CHECKING:
    from aspects_gen.demo.campus import Campus

FIRST_DAY = "2026-01-05"
"""Where time starts unless asked otherwise: a fixed day, since no clock may decide."""

MOST_LEARNERS = 100_000
"""Learners that a campus gets by itself; more only when asked for."""

PROGRESS_EVERY = 100_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    add = parser.add_argument
    add("--statements", type=int, default=10_000, metavar="N", help="how many (default: 10000)")
    add(
        "--seed",
        type=int,
        default=1,
        metavar="S",
        help="another seed, another campus (default: 1)",
    )
    add("--start", default=FIRST_DAY, metavar="DATE", help=f"first day (default: {FIRST_DAY})")
    add("--days", type=int, default=90, metavar="D", help="how long it lasts (default: 90)")
    add("--courses", type=int, metavar="N", help="default: 4, and one more for 50000 statements")
    add("--learners", type=int, metavar="N", help="default: one for 50 statements, at least 20")
    add(
        "--malformed",
        type=float,
        default=0.0,
        metavar="RATIO",
        help="share of statements that are spoilt in ways seen in the wild (default: 0)",
    )
    add(
        "--format",
        choices=("rows", "statements", "log"),
        default="rows",
        help="events as rows of the raw table, as statements, or as lines of the tracking log",
    )
    add("--tables", choices=("csv", "tsv"), default="csv", help="form of the sinks' files")
    add("--out", type=Path, metavar="DIR", help="folder that gets the files")
    add("--gzip", action="store_true", help="compress the files")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Write the campus and say what was written."""
    campus = _make(args)
    if args.out is None:
        _write_stream(campus, args)
        return 0
    try:
        written = _write_folder(campus, args)
    except OSError as error:
        raise WriteError(
            f"cannot write to {args.out}: {error.strerror or error}\n"
            "  = fix: give --out a folder that you may write to"
        ) from error
    if args.json:
        print(json.dumps({"folder": str(args.out), "seed": args.seed, "rows": written}, indent=1))
    else:
        print("\n".join(f"{rows:>10,}  {args.out / name}" for name, rows in written.items()))
    return 0


def _make(args: argparse.Namespace) -> Campus:
    from aspects_gen.demo.campus import make_campus
    from aspects_gen.demo.moments import read_day

    _check(args)
    try:
        start = read_day(args.start)
    except ValueError as error:
        raise UsageError(
            f"--start: {args.start!r} is not a day\n  = fix: write it as 2026-01-05"
        ) from error
    courses = args.courses or 4 + args.statements // 50_000
    learners = args.learners or min(MOST_LEARNERS, max(20, args.statements // 50))
    return make_campus(args.seed, start=start, days=args.days, courses=courses, learners=learners)


def _check(args: argparse.Namespace) -> None:
    """Refuse options that make no campus, each with what would."""
    least = (("statements", 1), ("days", 1), ("courses", 1), ("learners", 1))
    for name, bound in least:
        value = getattr(args, name)
        if value is not None and value < bound:
            raise UsageError(f"--{name}: {value} is too few\n  = fix: give at least {bound}")
    if not 0 <= args.malformed <= 1:
        raise UsageError(f"--malformed: {args.malformed} is no share\n  = fix: give 0 to 1")
    if args.out is None and (args.gzip or args.json):
        raise UsageError("--gzip and --json need files\n  = fix: give --out DIR as well")


def _write_stream(campus: Campus, args: argparse.Namespace) -> None:
    from aspects_gen.demo.timeline import stream_events
    from aspects_gen.demo.writer import write_events

    events = stream_events(campus, args.statements, args.malformed)
    write_events(events, sys.stdout, args.format, report=_report(args.statements))


def _write_folder(campus: Campus, args: argparse.Namespace) -> dict[str, int]:
    """Write all files and return how many rows each has, by file name."""
    from aspects_gen.demo.rows import stream_rows
    from aspects_gen.demo.tables import COLUMNS
    from aspects_gen.demo.timeline import stream_events
    from aspects_gen.demo.writer import FORMATS, open_lines, write_events, write_rows

    ending = ".gz" if args.gzip else ""
    written = {}
    for table in COLUMNS:
        name = f"{table}.{args.tables}"
        with open_lines(args.out / name, compress=args.gzip) as lines:
            written[name + ending] = write_rows(stream_rows(campus, table), lines, args.tables)
    name = FORMATS[args.format][0]
    events = stream_events(campus, args.statements, args.malformed)
    with open_lines(args.out / name, compress=args.gzip) as lines:
        report = _report(args.statements)
        written[name + ending] = write_events(events, lines, args.format, report=report)
    return written


def _report(total: int) -> Callable[[int], None]:
    """Return what tells the progress on standard error, in steps that stay few."""

    def report(count: int) -> None:
        if count % PROGRESS_EVERY == 0:
            print(f"{count:,} of {total:,} statements", file=sys.stderr)

    return report
