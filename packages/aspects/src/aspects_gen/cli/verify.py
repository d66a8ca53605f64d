"""Try an environment on an embedded ClickHouse before it is merged.

Composes the environment in memory, runs its Jobs (access, migrations, models) on an engine of this machine, lets
each client do its work and tries what it must not do, then reports what that proved and what only a server proves.
Nothing of it stays. Exit 4 when something fails, with file and statement.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from aspects_gen.cli.arguments import add_environment, add_folders, add_json

if TYPE_CHECKING:
    from aspects_gen.environment import Place

ENDED = 128 + signal.SIGTERM
"""Exit status of a run that was told to end, as a shell reports it."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    add_environment(parser)
    add_folders(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Verify one environment and print the report; progress goes to standard error."""
    from aspects_gen.environment import find_places
    from aspects_gen.verify.packages import require_packages

    place = find_places(args.environments, Path("generated"), [args.environment])[0]
    require_packages()
    signal.signal(signal.SIGTERM, _end)
    with tempfile.TemporaryDirectory(prefix="aspects-verify-") as folder:
        _verify(place, Path(folder), as_json=args.json)
    return 0


def _verify(place: Place, folder: Path, *, as_json: bool) -> None:
    from aspects_gen.generate import compose_place
    from aspects_gen.services.registry import discover_services
    from aspects_gen.verify.run import verify

    bundle = compose_place(place, discover_services())
    report = verify(place.name, bundle, folder, _say)
    print(json.dumps(report.as_data(), indent=1) if as_json else report.as_text())


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _end(*_: object) -> None:
    """Leave by an exception, so that every process and folder of the run is cleared away."""
    sys.exit(ENDED)
