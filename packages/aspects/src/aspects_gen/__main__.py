"""`aspects-gen` and `python -m aspects_gen`."""

from __future__ import annotations

import gc
import sys

GARBAGE_THRESHOLD = 100_000
"""Objects between two collections: a run makes many that live to its end, so looking often finds nothing."""


def main() -> None:
    """Run the command line and leave with its exit code."""
    gc.set_threshold(GARBAGE_THRESHOLD)
    from aspects_gen.cli.main import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
