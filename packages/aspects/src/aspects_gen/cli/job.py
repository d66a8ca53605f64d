"""Print a one-off operation as Kubernetes objects: read them, then `aspects-gen job NAME ENV | kubectl apply -f -`.

The Job gets what every Job of the environment gets: namespace, labels, security, resources, network policies. It runs
once and stays for a week; give --run another word to run the same again.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from aspects_gen.cli.arguments import add_environment, add_folders, add_json
from aspects_gen.errors import FIX, UsageError

if TYPE_CHECKING:
    from aspects_gen.environment import Place
    from aspects_gen.services.contract import Manifest

Compose = Callable[["Place", argparse.Namespace], "list[Manifest]"]


class Operation(NamedTuple):
    """One thing that can be done."""

    about: str
    options: tuple[str, ...]
    compose: Compose


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


OPTIONS: dict[str, dict[str, Any]] = {
    "--since": {
        "required": True,
        "metavar": "TIME",
        "help": "first moment, such as 2026-03-02T08:00Z",
    },
    "--until": {"required": True, "metavar": "TIME", "help": "the moment after the last"},
    "--claim": {
        "required": True,
        "metavar": "NAME",
        "help": "PersistentVolumeClaim with the tracking logs, in the environment's namespace",
    },
    "--file": {
        "action": "append",
        "metavar": "PATTERN",
        "help": "path or pattern on that volume; may be repeated (default: tracking.log*)",
    },
    "--record": {
        "action": "append",
        "metavar": "KIND",
        "help": "such as course_overviews; may be repeated (default: all that are copied as they change)",
    },
    "--force": {
        "action": "store_true",
        "help": "copy also what has not changed since its last copy",
    },
    "--full-refresh": {
        "action": "store_true",
        "help": "build models anew instead of what changed",
    },
    "--select": {"metavar": "MODELS", "help": "only these, in dbt's words: dim_course_blocks+"},
}


def _again(owner: str, words: Callable[[argparse.Namespace], list[str]] | None = None) -> Compose:
    def compose(place: Place, args: argparse.Namespace) -> list[Manifest]:
        from aspects_gen.oneoff import compose_again

        return compose_again(place, owner, args.run, words(args) if words else [])

    return compose


def _added(name: str, build: Callable[[Any, Any, argparse.Namespace], Any]) -> Compose:
    def compose(place: Place, args: argparse.Namespace) -> list[Manifest]:
        from aspects_gen.oneoff import compose_added

        return compose_added(
            place, name, lambda values, tools: build(values, tools, args), args.run
        )

    return compose


def _dbt_words(args: argparse.Namespace) -> list[str]:
    words = ["--full-refresh"] if args.full_refresh else []
    return words + (["--select", args.select] if args.select else [])


def _logs(what: str) -> Callable[[Any, Any, argparse.Namespace], Any]:
    def build(values: Any, tools: Any, args: argparse.Namespace) -> Any:
        from aspects_gen.aspects import repair

        span = repair.read_span(args.since, args.until)
        files = args.file or ["tracking.log*"]
        return getattr(repair, what)(values, tools, span, claim=args.claim, files=files)

    return build


def _backfill(values: Any, tools: Any, args: argparse.Namespace) -> Any:
    from aspects_gen.aspects.repair import backfill

    return backfill(values, tools, args.record or [], force=args.force)


def _restore_archive(values: Any, tools: Any, args: argparse.Namespace) -> Any:
    from aspects_gen.aspects.repair import read_span, restore_archive

    return restore_archive(values, tools, read_span(args.since, args.until))


def _retire(values: Any, tools: Any, args: argparse.Namespace) -> Any:  # noqa: ARG001
    from aspects_gen.aspects.privacy_jobs import retire_job

    return {"jobs": [retire_job(values, tools)], "needs": [_schema_need("aspects-retire")]}


def _schema_need(name: str) -> dict[str, str]:
    return {"client": f"job/{name}", "endpoint": "clickhouse/ddl-http", "why": "changes tables"}


LOG_OPTIONS = ("--since", "--until", "--claim", "--file")

OPERATIONS: dict[str, Operation] = {
    "access": Operation(
        "create databases, users and grants again", (), _again("job/aspects-access")
    ),
    "migrate": Operation(
        "bring the base tables to the newest revision", (), _again("job/aspects-migrate")
    ),
    "dbt": Operation(
        "build the models", ("--full-refresh", "--select"), _again("job/aspects-dbt", _dbt_words)
    ),
    "import-assets": Operation(
        "import dashboards into Superset again", (), _again("job/aspects-assets")
    ),
    "wire-lms": Operation(
        "keep the LMS's users, OAuth client and routes", (), _again("job/aspects-lms")
    ),
    "replay": Operation(
        "send the events of tracking logs again",
        LOG_OPTIONS,
        _added("aspects-replay", _logs("replay")),
    ),
    "compare": Operation(
        "count what of tracking logs is missing, by hour",
        LOG_OPTIONS,
        _added("aspects-compare", _logs("compare")),
    ),
    "backfill": Operation(
        "copy records that LMS and Studio have already",
        ("--record", "--force"),
        _added("aspects-backfill", _backfill),
    ),
    "restore-archive": Operation(
        "insert archived statements again, by hour of arrival",
        ("--since", "--until"),
        _added("aspects-restore-archive", _restore_archive),
    ),
    "purge": Operation(
        "remove personal data that may not be kept", (), _again("job/aspects-personal-data")
    ),
    "retire": Operation(
        "remove the learners on a list everywhere; the Secret retire-learners holds it",
        (),
        _added("aspects-retire", _retire),
    ),
    "backup": Operation("back ClickHouse up now", (), _again("cronjob/clickhouse-backup")),
}
"""Name to operation, in the order of the help."""
