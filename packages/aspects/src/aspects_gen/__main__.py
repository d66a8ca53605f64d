"""`aspects-gen` and `python -m aspects_gen`."""

from __future__ import annotations

import gc
import io
import os
import sys
from contextlib import suppress

GARBAGE_THRESHOLD = 500_000
"""Objects between two collections: a run makes many that live to its end, so looking often finds nothing."""


def main() -> None:
    """Run the command line and leave with its exit code."""
    gc.set_threshold(GARBAGE_THRESHOLD)
    prepare_streams()
    from aspects_gen.cli.main import run

    leave(run(sys.argv[1:]))


def leave(code: int) -> None:
    """End with an exit code; a build at once: taking its objects apart first is a twentieth of its cost."""
    if sys.argv[1:2] == ["build"]:
        # where it is closed, or its reader left, `run` has judged that already
        with suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


def prepare_streams() -> None:
    """Make the three streams usable whatever the caller gave: closed ones, or an encoding that lacks letters."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


if __name__ == "__main__":
    main()
