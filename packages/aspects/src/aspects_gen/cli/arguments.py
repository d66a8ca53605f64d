"""Arguments that several commands share, each in one wording."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_folders(parser: argparse.ArgumentParser, *, out: bool = False) -> None:
    """Add where values are read from and, with `out`, where output goes."""
    parser.add_argument(
        "--environments",
        type=Path,
        default=Path("environments"),
        metavar="DIR",
        help="folder of the values files (default: environments)",
    )
    if out:
        parser.add_argument(
            "--out",
            type=Path,
            default=Path("generated"),
            metavar="DIR",
            help="folder that gets one folder for each environment (default: generated)",
        )


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add the choice of output for machines."""
    parser.add_argument("--json", action="store_true", help="print data for machines")


def add_environment(parser: argparse.ArgumentParser) -> None:
    """Add the one environment that a command is about."""
    parser.add_argument("environment", metavar="ENV", help="name of a values file, without .yaml")


def add_state(parser: argparse.ArgumentParser) -> None:
    """Add the folder of a local stack."""
    parser.add_argument(
        "--state",
        type=Path,
        metavar="DIR",
        help="folder that keeps everything of the stack (default: .aspects/ENV)",
    )


def add_stack(parser: argparse.ArgumentParser, *, option: bool = False) -> None:
    """Add which local stack a command is about.

    Args:
        parser: of the command.
        option: the environment is an option, since the command has another argument.
    """
    about = "environment of the stack (default: starter)"
    if option:
        parser.add_argument(
            "--env", dest="environment", default="starter", metavar="ENV", help=about
        )
    else:
        parser.add_argument("environment", nargs="?", default="starter", metavar="ENV", help=about)
    add_state(parser)
