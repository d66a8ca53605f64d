"""The command line: which commands there are, and what each exit code means."""

from __future__ import annotations

import argparse
import os
import sys
from importlib import import_module
from types import ModuleType

from aspects_gen import VERSION
from aspects_gen.errors import BUG, AspectsError, disk_error

COMMANDS = (
    "build",
    "init",
    "import-tutor",
    "explain",
    "order",
    "secrets",
    "lint",
    "verify",
    "up",
    "status",
    "logs",
    "down",
    "reset",
    "images",
    "job",
    "demo-data",
    "schema",
)

INTERRUPTED, UNREAD = 130, 141
"""128 and the number of SIGINT and of SIGPIPE, as a shell reports every other program."""

EPILOG = """exit codes:
  0   done, or fresh
  1   stale: the output differs from what the values say (build --check), or lint found something
  2   the arguments are wrong, or the values of an environment, of which nothing was written
  3   refused to write, could not read or write, or lacks a package that the command needs
  4   what would be deployed failed when it was tried (verify: file and statement; up: its log)
  70  a defect of this program, or of a service that is installed beside it
  130 interrupted; 141 the reader of the output left

Give `aspects-gen COMMAND --help` for each command."""


def _command(name: str) -> ModuleType:
    return import_module(f"aspects_gen.cli.{name.replace('-', '_')}")


def make_parser(only: str | None = None) -> argparse.ArgumentParser:
    """Return the parser.

    Args:
        only: the one command to load, so that the others cost nothing; None loads all.
    """
    parser = argparse.ArgumentParser(
        prog="aspects-gen",
        description="Turn one YAML file into a reviewed, Argo CD-ready Aspects deployment.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,  # `--env` must not quietly mean --environments
    )
    parser.add_argument("--version", action="version", version=f"aspects-gen {VERSION}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command")
    for name in COMMANDS if only is None else (only,):
        module = _command(name)
        about = (module.__doc__ or "").strip().splitlines()[0]
        added = commands.add_parser(
            name,
            help=about,
            description=module.__doc__,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        module.add_arguments(added)
        added.add_argument("--debug", action="store_true", help="show where an error came from")
    return parser


def run(words: list[str]) -> int:
    """Run a command and return its exit code; no error leaves as a traceback unless --debug asks."""
    only = words[0] if words and words[0] in COMMANDS else None
    args = make_parser(only).parse_args(words)
    if args.command is None:
        make_parser().print_help()
        return 2
    try:
        code: int = _command(args.command).run(args)
        sys.stdout.flush()
        return code
    except AspectsError as error:
        return _report(error, args)
    except BrokenPipeError:
        # the reader (head, a closed pager) has seen enough; what it did not see may have been a failure
        _drop_output()
        return UNREAD
    except KeyboardInterrupt:
        print("\ninterrupted; run it again to finish", file=sys.stderr)
        return INTERRUPTED
    except OSError as error:
        try:
            sys.stdout.flush()
        except OSError:
            _drop_output()
        return _report(disk_error(error), args)
    except Exception as error:
        if args.debug:
            raise
        place = f"{type(error).__name__}: {error}"
        print(
            f"aspects-gen {VERSION} has a defect, not your values: {place}\n"
            "  = fix: report it with your values file and the output of the same command with --debug",
            file=sys.stderr,
        )
        return BUG


def _report(error: AspectsError, args: argparse.Namespace) -> int:
    if args.debug:
        import traceback

        traceback.print_exc()
    if getattr(args, "json", False):
        import json

        print(json.dumps({"errors": error.as_data()}, indent=1))
    else:
        print(error, file=sys.stderr)
    return error.exit_code


def _drop_output() -> None:
    """Send what is still to be printed nowhere, so that leaving does not fail on it once more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
