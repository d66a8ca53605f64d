"""Write values for a site that Tutor runs now, from its config.yml.

Reads the settings, never shows a secret, and lists: what was mapped, the secrets to carry over (by name), what
is lost, and what changes its meaning. Unset settings count with the defaults of the plugin's release.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from aspects_gen.cli.arguments import add_folders, add_json
from aspects_gen.environment import require_name
from aspects_gen.errors import WriteError, disk_error
from aspects_gen.tree.replace import replace_file

if TYPE_CHECKING:
    from aspects_gen.tutor.transfer import Transfer

PROFILES = ("starter", "production")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "config", type=Path, metavar="CONFIG.yml", help="the Tutor site's config.yml"
    )
    parser.add_argument(
        "--env", required=True, metavar="ENV", help="name of the environment to write"
    )
    add_folders(parser)
    parser.add_argument(
        "--profile",
        choices=PROFILES,
        default=PROFILES[0],
        help="sizes to start from (default: starter)",
    )
    parser.add_argument(
        "--aspects-version",
        type=_version,
        metavar="X.Y",
        help="release of the Aspects plugin that the site runs (default: told from the file)",
    )
    parser.add_argument(
        "--storage-class",
        default="",
        metavar="NAME",
        help="StorageClass of the volumes; profile production wants one with SSD-class random writes",
    )
    parser.add_argument("--force", action="store_true", help="overwrite an existing values file")
    add_json(parser)


def _version(text: str) -> str:
    from aspects_gen.tutor.version import parse_version

    if parse_version(text) is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a release, for example 6.1")
    return text


def run(args: argparse.Namespace) -> int:
    """Import the configuration, write the values file and print the report."""
    from aspects_gen.services.registry import discover_services
    from aspects_gen.tutor.report import report_data, report_text
    from aspects_gen.tutor.transfer import Choices, transfer_config

    target = _target(args.environments, args.env, force=args.force)
    choices = Choices(args.env, args.profile, args.aspects_version, args.storage_class)
    transfer = transfer_config(args.config, choices, discover_services())
    _write(target, transfer)
    data = report_data(transfer, target.as_posix())
    print(json.dumps(data, indent=1) if args.json else report_text(data))
    return 0


def _target(environments: Path, name: str, *, force: bool) -> Path:
    """Return the file to write.

    Raises:
        UsageError: the name cannot be an environment's.
        WriteError: it exists, and `force` was not given.
    """
    require_name(name)
    present = [
        path
        for path in (environments / f"{name}.yaml", environments / f"{name}.yml")
        if path.exists()
    ]
    if present and not (force and present == [environments / f"{name}.yaml"]):
        raise WriteError(
            f"{present[-1]}: exists already; nothing was written\n"
            "  = fix: choose another --env, or compare and overwrite it with --force"
            + (" after removing the .yml file" if present[-1].suffix == ".yml" else "")
        )
    return environments / f"{name}.yaml"


def _write(target: Path, transfer: Transfer) -> None:
    """Write the values file as a whole, or leave what was there."""
    try:
        replace_file(target, transfer.text)
    except OSError as error:
        raise disk_error(error) from None
