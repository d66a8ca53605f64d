"""Stop a stack and remove its folder: data, logs, passwords and all."""

from __future__ import annotations

import argparse
import sys

from aspects_gen.cli.arguments import add_stack
from aspects_gen.errors import FIX, UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    add_stack(parser)
    parser.add_argument("--yes", action="store_true", help="do not ask")


def run(args: argparse.Namespace) -> int:
    """Ask, stop and remove."""
    from aspects_gen.stack.find import find_state
    from aspects_gen.stack.up import down

    state = find_state(args.environment, args.state)
    if not args.yes and not _agrees(f"Remove {state.folder} and all data in it? [y/N] "):
        print("nothing was removed")
        return 0
    state.dismiss()
    down(state)
    state.remove()
    print(f"removed {state.folder}")
    return 0


def _agrees(question: str) -> bool:
    if not sys.stdin.isatty():
        raise UsageError(f"nobody can be asked whether the data may go{FIX}give --yes")
    return input(question).strip().lower() in ("y", "yes")
