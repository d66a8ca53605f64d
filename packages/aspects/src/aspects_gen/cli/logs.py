"""Print the end of what the services and Jobs of a stack said."""

from __future__ import annotations

import argparse

from aspects_gen.cli.arguments import add_stack
from aspects_gen.errors import FIX, UsageError

LINES = 40


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "name",
        nargs="?",
        default="",
        metavar="NAME",
        help="one of them; without it, which there are",
    )
    add_stack(parser, option=True)
    parser.add_argument(
        "--lines", type=int, default=LINES, metavar="N", help=f"how many (default: {LINES})"
    )


def run(args: argparse.Namespace) -> int:
    """Print the last lines of one log, or which logs there are."""
    from aspects_gen.stack.find import find_state
    from aspects_gen.stack.process import tail
    from aspects_gen.stack.show import list_logs

    logs = list_logs(find_state(args.environment, args.state))
    if not args.name:
        print("\n".join(f"{name:20} {path}" for name, path in logs.items()))
        return 0
    if args.name not in logs:
        known = ", ".join(logs)
        raise UsageError(f"there is no log of {args.name!r}{FIX}name one of: {known}")
    print("\n".join(tail(logs[args.name], args.lines)))
    return 0
