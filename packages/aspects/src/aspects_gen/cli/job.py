"""Print a one-off operation as Kubernetes objects: read them, then `aspects-gen job NAME ENV | kubectl apply -f -`.

The Job gets what every Job of the environment gets: namespace, labels, security, resources, network policies. It runs
once and stays for a week; give --run another word to run the same again.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from aspects_gen.cli.arguments import add_environment, add_folders, add_json
from aspects_gen.cli.operations import OPERATIONS, OPTIONS
from aspects_gen.errors import FIX, UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    names = parser.add_subparsers(title="operations", metavar="NAME", dest="name", required=True)
    for name, operation in OPERATIONS.items():
        added = names.add_parser(
            name, allow_abbrev=False, help=operation.about, description=operation.about
        )
        add_environment(added)
        for option in operation.options:
            added.add_argument(option, **OPTIONS[option])
        for option in operation.optional:
            added.add_argument(option, **OPTIONS[option] | {"required": False, "default": ""})
        added.add_argument(
            "--run", default="1", metavar="WORD", help="ends the Job's name (default: 1)"
        )
        add_folders(added)
        add_json(added)
        added.add_argument(
            "--debug",
            action="store_true",
            default=argparse.SUPPRESS,
            help="show where an error came from",
        )


def run(args: argparse.Namespace) -> int:
    """Print the objects."""
    from aspects_gen.environment import find_places
    from aspects_gen.tree.yamltext import dump_manifest

    if not (args.run.isalnum() and args.run.isascii() and args.run.islower() | args.run.isdigit()):
        raise UsageError(
            f"--run: {args.run!r} cannot end a name{FIX}use lower-case letters and digits"
        )
    place = find_places(args.environments, Path("generated"), [args.environment])[0]
    try:
        objects = OPERATIONS[args.name].compose(place, args)
    except ValueError as error:
        raise UsageError(
            f"{args.name}: {error}{FIX}see `aspects-gen job {args.name} --help`"
        ) from error
    if args.json:
        shown = {"environment": place.name, "operation": args.name, "objects": objects}
        print(json.dumps(shown, indent=1))
    else:
        print("---\n".join(dump_manifest(manifest) for manifest in objects), end="")
    return 0
