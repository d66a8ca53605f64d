"""Bring an environment up on this machine, without a cluster or containers.

Composes the environment for the loopback and runs its own Jobs, models, Ralph and Superset before an embedded
ClickHouse, with a made-up campus and a stand-in for the LMS, then prints what to open. Stays attached, and Ctrl-C
stops everything; with --detach it returns. What runs already or is done is left alone, so it can be run at any time.
Exit 4 when a step fails, with the end of its log.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from aspects_gen.cli.arguments import add_folders, add_state

if TYPE_CHECKING:
    from aspects_gen.stack.up import Stack

DEFAULT = "starter"
WATCH_SECONDS = 2
MOST_FEED = 200


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "environment",
        metavar="ENV",
        nargs="?",
        default=DEFAULT,
        help=f"name of a values file, without .yaml (default: {DEFAULT})",
    )
    add_state(parser)
    add_folders(parser)
    parser.add_argument("--detach", action="store_true", help="return once everything is up")
    parser.add_argument(
        "--feed",
        type=float,
        default=0,
        metavar="N",
        help="keep sending N live statements a second through Ralph (default: 0)",
    )
    parser.add_argument(
        "--statements",
        type=int,
        metavar="N",
        help="size of the campus when it is made (default: 6000)",
    )


def run(args: argparse.Namespace) -> int:
    """Bring a stack up; progress goes to standard error, what to open to standard output."""
    from aspects_gen.environment import find_places
    from aspects_gen.errors import UsageError
    from aspects_gen.stack.packages import require_packages
    from aspects_gen.stack.show import as_text
    from aspects_gen.stack.state import FOLDER, State
    from aspects_gen.stack.up import Stack, Wanted, down, require_environment

    if not 0 <= args.feed <= MOST_FEED:
        raise UsageError(f"--feed: {args.feed:g} is not 0 to {MOST_FEED} a second")
    if args.statements is not None and args.statements < 1:
        raise UsageError(f"--statements: {args.statements} is too few\n  = fix: give at least 1")
    place = find_places(args.environments, Path("generated"), [args.environment])[0]
    require_packages()
    state = State(args.state or FOLDER / args.environment)
    state.open()
    require_environment(state, args.environment)
    wanted = Wanted(feed=args.feed)
    if args.statements:
        wanted = wanted._replace(statements=args.statements)
    signal.signal(signal.SIGTERM, _end)
    with state.lock():
        stack = Stack(place, state, wanted, _say)
        try:
            stack.up()
            print(as_text(stack.services, attached=not args.detach), flush=True)
        except KeyboardInterrupt:
            down(state)
            raise
        if not args.detach:
            _stay(stack)
            down(state)
            _say(f"stopped; data stays in {state.folder}")
    return 0


def _stay(stack: Stack) -> None:
    """Start again what ends, until told to stop."""
    with suppress(KeyboardInterrupt):
        while True:
            time.sleep(WATCH_SECONDS)
            stack.keep()


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _end(*_: object) -> None:
    """Leave as Ctrl-C does, so that everything is stopped."""
    raise KeyboardInterrupt
