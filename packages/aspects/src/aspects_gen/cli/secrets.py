"""List the Secrets that must exist and who reads them; write strong new ones.

Without --generate nothing is written. With it, each Secret that has no file in DIR yet gets one, in the form that
secrets.provider takes:

  existing          NAME.yaml, a Secret for `kubectl apply`
  external-secrets  NAME.json, an entry for the store
  sealed-secrets    NAME.yaml, encrypted for the controller (--cert); fit for Git
  sops              NAME.yaml, encrypted by SOPS (--age, or a rule in .sops.yaml); fit for Git

Files that exist are never changed. Values are never printed.
"""

from __future__ import annotations

import argparse
import json
import sys
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aspects_gen.cli.arguments import add_environment, add_folders, add_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aspects_gen.compose.bundle import Bundle
    from aspects_gen.environment import Place
    from aspects_gen.secretfiles.delivery import Delivered
    from aspects_gen.secretfiles.demand import Demand


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    add_environment(parser)
    add_folders(parser, out=True)
    parser.add_argument(
        "--only", nargs="+", default=[], metavar="NAME", help="these Secrets and no others"
    )
    parser.add_argument(
        "--generate", type=Path, metavar="DIR", help="write new Secrets to this folder"
    )
    parser.add_argument(
        "--from-file",
        action="append",
        default=[],
        metavar="NAME/KEY=PATH",
        help="take a key's value from a file instead of a new one; may be given again",
    )
    parser.add_argument(
        "--cert", type=Path, metavar="FILE", help="sealed-secrets: certificate of the controller"
    )
    parser.add_argument(
        "--age",
        action="append",
        default=[],
        metavar="RECIPIENT",
        help="sops: public age key that may decrypt; may be given again",
    )
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """List or write Secrets."""
    from aspects_gen.environment import find_places
    from aspects_gen.generate import compose_place
    from aspects_gen.secretfiles.demand import list_demands
    from aspects_gen.services.registry import discover_services

    place = find_places(args.environments, args.out, [args.environment])[0]
    bundle = compose_place(place, discover_services())
    demands = _choose(list_demands(bundle), args.only)
    if args.generate:
        return _generate(place, bundle, demands, args)
    _refuse_idle(args)
    if args.json:
        print(json.dumps({**_about(bundle), "secrets": _data(demands)}, indent=1))
    else:
        print("\n".join(_text(bundle, demands)))
    return 0


def _choose(demands: list[Demand], only: list[str]) -> list[Demand]:
    from aspects_gen.errors import UsageError

    known = sorted({demand.secret for demand in demands})
    for name in only:
        if name not in known:
            raise UsageError(
                f"--only {name}: there is no such Secret\n  = fix: name some of: {', '.join(known)}"
            )
    return [demand for demand in demands if not only or demand.secret in only]


def _refuse_idle(args: argparse.Namespace) -> None:
    """Refuse arguments that say how to write while nothing says where."""
    from aspects_gen.errors import UsageError

    idle = {"--from-file": args.from_file, "--cert": args.cert, "--age": args.age}
    for name, value in idle.items():
        if value:
            raise UsageError(
                f"{name} does nothing without --generate\n  = fix: add --generate DIR"
            )


def _about(bundle: Bundle) -> dict[str, str]:
    return {
        "environment": bundle.values.environment,
        "namespace": bundle.settings["kubernetes"]["namespace"],
        "provider": bundle.settings["secrets"]["provider"],
    }


def _data(demands: Sequence[Demand]) -> list[dict[str, Any]]:
    return [
        {"name": name, "keys": [demand.as_data() for demand in group]}
        for name, group in groupby(demands, key=lambda demand: demand.secret)
    ]


def _text(bundle: Bundle, demands: Sequence[Demand]) -> list[str]:
    from aspects_gen.cli.table import format_table, terminal_width
    from aspects_gen.secretfiles.material import describe_rule

    rows = [
        (
            demand.name,
            describe_rule(demand.rule),
            ", ".join(demand.readers) or f"no pod here (asked for by {demand.declared_by[0]})",
            demand.about,
        )
        for demand in demands
    ]
    about = _about(bundle)
    yours = sum(1 for demand in demands if not demand.rule)
    names = len({demand.secret for demand in demands})
    return [
        f"environment {about['environment']}, namespace {about['namespace']}, "
        f"provider {about['provider']}",
        f"{names} Secrets, {len(demands)} keys: {len(demands) - yours} can be generated, "
        f"{yours} only you can supply",
        "",
        *format_table(("SECRET/KEY", "GENERATED", "READ BY", "WHAT FOR"), rows, terminal_width()),
    ]


def _generate(
    place: Place, bundle: Bundle, demands: Sequence[Demand], args: argparse.Namespace
) -> int:
    from datetime import UTC, datetime

    from aspects_gen.errors import WriteError
    from aspects_gen.secretfiles.delivery import LEFT, Order, check_folder, deliver
    from aspects_gen.secretfiles.material import read_carried

    about = _about(bundle)
    carried = read_carried(args.from_file, demands)
    order = Order(
        args.generate.expanduser(),
        about["provider"],
        about["namespace"],
        carried,
        args.cert,
        args.age,
        datetime.now(UTC),
    )
    check_folder(order, out=args.out, environments=place.environments)
    results = deliver(order, demands)
    if args.json:
        print(json.dumps({**about, "files": [r.as_data() for r in results]}, indent=1))
    else:
        print("\n".join([*_results_text(results), "", *_next_text(place, bundle, order.folder)]))
    left = [result.secret for result in results if result.status == LEFT]
    if left:
        print(_left_text(left), file=sys.stderr)
    return WriteError.exit_code if left else 0


def _left_text(left: list[str]) -> str:
    return (
        f"not written, since keys are missing that only you can supply: {', '.join(left)}\n"
        "  = fix: run it again with --from-file NAME/KEY=PATH; what is written stays"
    )


def _results_text(results: Sequence[Delivered]) -> list[str]:
    from aspects_gen.cli.table import format_fields, terminal_width

    lines = []
    for result in results:
        lines.append(f"{result.path}: {_status(result)}")
        if result.status != "kept":
            fields = [(d.key, f"only you can supply it: {d.about}") for d in result.missing]
            lines += format_fields(fields, terminal_width(), indent="    ")
        elif result.carried:
            lines.append(f"    --from-file was not used for: {', '.join(result.carried)}")
    return lines


def _status(result: Delivered) -> str:
    match result.status:
        case "kept":
            return "exists, left alone"
        case "left":
            return "not written, keys are missing"
    made = [f"{len(result.generated)} generated", f"{len(result.carried)} from files"]
    if result.missing:
        made.append(f"{len(result.missing)} to add by hand")
    return f"written, keys: {', '.join(text for text in made if not text.startswith('0 '))}"


def _next_text(place: Place, bundle: Bundle, folder: Path) -> list[str]:
    """Return what to do with the files."""
    from aspects_gen.compose.secrets import encrypted_folder

    settings = bundle.settings["secrets"]
    namespace = bundle.settings["kubernetes"]["namespace"]
    prefix = settings["store"]["prefix"]
    match settings["provider"]:
        case "existing":
            return [
                "next: create the namespace if it is not there, then",
                f"  kubectl apply --server-side -n {namespace} -f {folder}",
                "and keep the folder where you keep passwords, or remove it; never commit it.",
            ]
        case "external-secrets":
            return [
                f"next: put each file into the store as the entry {prefix}NAME, for example",
                f"  vault kv put -mount=secret {prefix}NAME @{folder}/NAME.json",
                f"  aws secretsmanager create-secret --name {prefix}NAME "
                f"--secret-string file://{folder}/NAME.json",
                "and keep the folder where you keep passwords, or remove it; never commit it.",
            ]
    wanted = encrypted_folder(place.values_file, place.name, settings)
    if folder.resolve() == wanted.resolve():
        return [f"next: aspects-gen build {place.name}, then commit {folder} with the output"]
    return [f"next: move the files to {wanted}, where `aspects-gen build` looks for them"]
