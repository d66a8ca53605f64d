"""What can be done once, by name, with the options of each. Called by `job`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from aspects_gen.environment import Place
    from aspects_gen.services.contract import Manifest

Compose = Callable[["Place", argparse.Namespace], "list[Manifest]"]


class Operation(NamedTuple):
    """One thing that can be done."""

    about: str
    options: tuple[str, ...]
    compose: Compose
    optional: tuple[str, ...] = ()
    """Options that need not be given, although other operations require them."""


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
    "--dry-run": {"action": "store_true", "help": "count, and change nothing"},
    "--full-refresh": {
        "action": "store_true",
        "help": "build models anew instead of what changed",
    },
    "--start": {
        "required": True,
        "metavar": "DATE",
        "help": "the campus's first day, such as 2026-01-05; dashboards mostly show the last weeks",
    },
    "--days": {
        "type": int,
        "default": 42,
        "metavar": "N",
        "help": "how long it lasts (default: 42)",
    },
    "--statements": {"type": int, "default": 6000, "metavar": "N", "help": "default: 6000"},
    "--courses": {"type": int, "default": 5, "metavar": "N", "help": "default: 5"},
    "--learners": {"type": int, "default": 120, "metavar": "N", "help": "default: 120"},
    "--seed": {"type": int, "default": 1, "metavar": "N", "help": "another seed, another campus"},
    "--beside-real-data": {
        "action": "store_true",
        "help": "load it even into production, and where an LMS's own courses or statements are",
    },
    "--dashboard": {
        "action": "append",
        "metavar": "SLUG",
        "help": "such as course-dashboard; may be repeated (default: all)",
    },
    "--chart": {
        "action": "append",
        "metavar": "NAME",
        "help": "as it stands on the dashboard; may be repeated (default: all)",
    },
    "--course": {
        "metavar": "KEY",
        "help": "ask for this course only, where a chart knows courses",
    },
    "--print-sql": {"action": "store_true", "help": "with the SQL of each chart"},
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


def _demo_data(values: Any, tools: Any, args: argparse.Namespace) -> Any:
    from aspects_gen.aspects.demo_job import Wanted, demo_data
    from aspects_gen.demo.moments import read_day

    try:
        read_day(args.start)
    except ValueError:
        raise ValueError(f"--start {args.start!r} is no day such as 2026-01-05") from None
    wanted = Wanted(**{name: getattr(args, name) for name in Wanted._fields})
    return demo_data(values, tools, wanted, beside_real_data=args.beside_real_data)


def _performance_report(values: Any, tools: Any, args: argparse.Namespace) -> Any:
    from aspects_gen.aspects.report_job import performance_report

    words = [w for slug in args.dashboard or [] for w in ("--dashboard", slug)]
    words += [w for name in args.chart or [] for w in ("--chart", name)]
    words += ["--course", args.course] if args.course else []
    return performance_report(values, tools, words + (["--print-sql"] if args.print_sql else []))


def _unread_words(args: argparse.Namespace) -> list[str]:
    from aspects_gen.aspects.repair import unread_words

    return unread_words(args.since, args.until, dry_run=args.dry_run)


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
    "demo-data": Operation(
        "load a made-up campus, through Ralph or as Vector does",
        (
            *("--start", "--days", "--statements", "--courses", "--learners", "--seed"),
            "--beside-real-data",
        ),
        _added("aspects-demo-data", _demo_data),
    ),
    "performance-report": Operation(
        "ask what every chart asks, and log what it costs",
        ("--dashboard", "--chart", "--course", "--print-sql"),
        _added("aspects-performance-report", _performance_report),
    ),
    "repair-unread": Operation(
        "let the models read statements that are stored and that they have not read",
        ("--dry-run",),
        _again("cronjob/aspects-unread", _unread_words),
        ("--since", "--until"),
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
