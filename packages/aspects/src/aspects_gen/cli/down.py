"""Stop a stack that `up` started; its data stays."""

from __future__ import annotations

import argparse

from aspects_gen.cli.arguments import add_stack


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    add_stack(parser)


def run(args: argparse.Namespace) -> int:
    """Stop everything and say what ran."""
    from aspects_gen.stack.find import find_state
    from aspects_gen.stack.up import down

    state = find_state(args.environment, args.state)
    state.dismiss()
    stopped = down(state)
    print(f"stopped: {', '.join(stopped)}" if stopped else "nothing ran")
    return 0
