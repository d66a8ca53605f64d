"""Write a commented values file for a new environment.

Asks what the arguments do not say when a person is at the terminal; otherwise takes the defaults. Writes
ENV.yaml and, where there is none yet, ../schemas/values.schema.json beside its folder, by which editors complete
and explain keys. Never overwrites.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from aspects_gen.cli.arguments import add_environment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aspects_gen.errors import Finding

SAID = {
    "written": "written; by it your editor completes and explains keys",
    "same": "is there already",
    "other": "is of another version; `aspects-gen schema` prints this one's",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    add_environment(parser)
    parser.add_argument(
        "--environments",
        type=Path,
        default=Path("environments"),
        metavar="DIR",
        help="folder that gets the values file (default: environments)",
    )
    parser.add_argument("--profile", choices=("starter", "production"), help="sizes to start from")
    parser.add_argument("--lms-host", metavar="HOST", help="public host name of the LMS")
    parser.add_argument(
        "--platform-name", metavar="NAME", help="name of the site, as people read it"
    )
    parser.add_argument(
        "--clickhouse",
        choices=("single", "replicated", "external"),
        help="one server, several replicas, or a server that runs elsewhere",
    )
    parser.add_argument(
        "--clickhouse-host", metavar="HOST", help="host name of the external ClickHouse server"
    )
    parser.add_argument(
        "--secrets",
        choices=("existing", "external-secrets", "sealed-secrets", "sops"),
        help="how Secrets reach the cluster",
    )
    parser.add_argument("--source", choices=("ralph", "vector"), help="what events come through")
    parser.add_argument("--yes", action="store_true", help="ask nothing; take the defaults")


def run(args: argparse.Namespace) -> int:
    """Ask, write, and say what to do next."""
    from aspects_gen.environment import require_name
    from aspects_gen.services.registry import discover_services
    from aspects_gen.starting.file import SCHEMA, start_environment
    from aspects_gen.starting.questions import QUESTIONS, complete_answers
    from aspects_gen.starting.write import add_schema, add_values, require_absent
    from aspects_gen.values.schema import bundle_schema, dump_schema

    require_name(args.environment)
    path = require_absent(args.environments, args.environment)
    services = discover_services()
    schema = bundle_schema({name: service.schema() for name, service in services.items()})
    given = {question.name: getattr(args, question.name) for question in QUESTIONS}
    ask = _ask if sys.stdin.isatty() and not args.yes else None
    answers = complete_answers(schema, given, ask)
    started = start_environment(args.environment, answers, services)
    beside = Path(os.path.normpath(args.environments / ".." / SCHEMA))
    became = add_schema(beside, dump_schema(schema))
    add_values(path, started.text)
    lines = [f"{path}: written", f"{beside}: {SAID[became]}", ""]
    print("\n".join([*lines, *_to_do_text(started.to_do), *_next_text(path)]))
    return 0


def _ask(prompt: str) -> str | None:
    print(prompt, end="", file=sys.stderr, flush=True)
    return sys.stdin.readline() or None


def _to_do_text(to_do: Sequence[Finding]) -> list[str]:
    from aspects_gen.cli.table import terminal_width, wrap

    if not to_do:
        return []
    lines = ["only you can say this; look for TO DO in the file:"]
    for finding in to_do:
        text = f"{finding.path}: {finding.problem}; {finding.fix}"
        lines += [f"  {line}" for line in wrap(text, terminal_width() - 2)]
    return [*lines, ""]


def _next_text(path: Path) -> list[str]:
    name, folder = path.stem, path.parent
    where = "" if folder == Path("environments") else f" --environments {folder}"
    steps = (
        ("aspects-gen explain KEY", "what a key means"),
        (f"aspects-gen secrets {name}{where}", "which Secrets must exist"),
        (f"aspects-gen images pin {name}{where}", "ask registries for digests"),
        (f"aspects-gen build {name}{where}", f"generate the deployment in generated/{name}"),
        (f"aspects-gen order {name}{where}", "what will happen when, and why"),
    )
    size = max(len(command) for command, _ in steps)
    return [
        "next: look through the file, above all images.registry, argocd.repository and hosts; then",
        *(f"  {command.ljust(size)}  # {about}" for command, about in steps),
    ]
