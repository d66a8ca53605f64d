"""Say what of a stack runs, where, and since what it holds. Exit 1 when something is down."""

from __future__ import annotations

import argparse
import json

from aspects_gen.cli.arguments import add_json, add_stack


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    add_stack(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Print one line for each service."""
    from aspects_gen.stack.find import find_state
    from aspects_gen.stack.show import look, status_text

    seen = look(find_state(args.environment, args.state))
    print(
        json.dumps([one._asdict() for one in seen], indent=1) if args.json else status_text(seen)
    )
    return 0 if all(one.answers for one in seen) else 1
