"""List the images that environments run, and pin them by digest.

`images list` shows each image with its digest and where that was seen. `images pin` asks the registries for the
digests that the lock file (images.lock.json beside the values) lacks; with --refresh for all of them again.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aspects_gen.cli.arguments import add_folders, add_json

if TYPE_CHECKING:
    from aspects_gen.environment import Place
    from aspects_gen.images.pin import Ask, Pinned
    from aspects_gen.images.reference import Reference

SHORT = 19
"""Characters of a digest in a table: `sha256:` and twelve more; --json has all of it."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    actions = parser.add_subparsers(
        title="actions", metavar="ACTION", dest="action", required=True
    )
    lister = actions.add_parser(
        "list", allow_abbrev=False, help="show each image, its digest and where it was seen"
    )
    pinner = actions.add_parser(
        "pin", allow_abbrev=False, help="ask registries for the digests that are not known"
    )
    for action in (lister, pinner):
        action.add_argument("names", nargs="*", metavar="ENV", help="environments (default: all)")
        add_folders(action)
        add_json(action)
        # main's own --debug stands before the action; without a default this one leaves it alone
        action.add_argument(
            "--debug",
            action="store_true",
            default=argparse.SUPPRESS,
            help="show where an error came from",
        )
    lister.add_argument(
        "--all", action="store_true", help="every environment, as when none is named"
    )
    pinner.add_argument(
        "--refresh",
        action="store_true",
        help="ask again for digests that are known: shows tags that moved",
    )
    pinner.add_argument(
        "--insecure",
        action="store_true",
        help="speak plain HTTP to registries; for one in a trusted network only",
    )


def run(args: argparse.Namespace) -> int:
    """List or pin."""
    from aspects_gen.environment import find_places

    names = [] if args.action == "list" and args.all else args.names
    places = find_places(args.environments, Path("generated"), names)
    return _pin(places, args) if args.action == "pin" else _list(places, args)


def _used(places: list[Place]) -> dict[tuple[str, str], list[str]]:
    """Return what the environments run: (component, image at its origin) -> environments."""
    from aspects_gen.compose.tools import name_images
    from aspects_gen.generate import compose_place
    from aspects_gen.services.registry import discover_services

    services = discover_services()
    used: dict[tuple[str, str], list[str]] = {}
    for place in places:
        bundle = compose_place(place, services)
        # without mirror and digest a reference is the name that the lock knows
        settings = {**bundle.settings["images"], "mirror": ""}
        for name in bundle.outputs:
            origins = name_images(services[name].images(), settings, _no_digest)
            for component in origins.keys() & bundle.images.keys():
                used.setdefault((component, origins[component]), []).append(place.name)
    return dict(sorted(used.items()))


def _no_digest(_reference: str) -> None:
    return None


def _list(places: list[Place], args: argparse.Namespace) -> int:
    from aspects_gen.images.lock import read_lock

    pins = read_lock(places[0].lock).images
    images = [
        {
            "component": component,
            "image": origin,
            "digest": pins[origin].digest if origin in pins else None,
            "seen": pins[origin].seen if origin in pins else None,
            "environments": environments,
        }
        for (component, origin), environments in _used(places).items()
    ]
    if args.json:
        print(json.dumps({"images": images}, indent=1))
    else:
        print("\n".join(_list_text(images)))
    return 0


def _list_text(images: list[dict[str, Any]]) -> list[str]:
    from aspects_gen.cli.table import format_table, terminal_width

    rows = [
        (
            image["component"],
            image["image"],
            image["digest"][:SHORT] if image["digest"] else "no digest",
            image["seen"] or "-",
            ", ".join(image["environments"]),
        )
        for image in images
    ]
    lines = format_table(
        ("COMPONENT", "IMAGE", "DIGEST", "SEEN", "USED BY"), rows, terminal_width()
    )
    open_ = sum(1 for image in images if not image["digest"])
    if open_:
        lines += ["", f"{open_} of {len(images)} have no digest: run `aspects-gen images pin`"]
    return lines


def _pin(places: list[Place], args: argparse.Namespace) -> int:
    from aspects_gen.images.pin import has_failed, pin_images
    from aspects_gen.images.transport import RegistryError

    lock = places[0].lock
    origins = [origin for _, origin in _used(places)]
    results = pin_images(
        lock, origins, ask=_asker(args.insecure), date=_today(), refresh=args.refresh
    )
    if args.json:
        print(json.dumps({"lock": str(lock), "images": [r.as_data() for r in results]}, indent=1))
    else:
        print("\n".join([*(result.render() for result in results), _sum_up(lock, results)]))
    return RegistryError.exit_code if has_failed(results) else 0


def _asker(insecure: bool) -> Ask:
    """Return the registry client, which says on stderr whom it asks."""
    from aspects_gen.images.credentials import default_config, find_credentials
    from aspects_gen.images.registry import Registry
    from aspects_gen.images.transport import Transport

    config = default_config()
    registry = Registry(Transport(insecure=insecure), lambda host: find_credentials(host, config))

    def ask(reference: Reference, known: str | None) -> str:
        name = f"{reference.repository}:{reference.tag}"
        print(f"asking {reference.api_host} for {name}", file=sys.stderr, flush=True)
        return registry.find_digest(reference, known)

    return ask


def _today() -> str:
    from datetime import UTC, datetime

    return datetime.now(UTC).date().isoformat()


def _sum_up(lock: Path, results: list[Pinned]) -> str:
    from collections import Counter

    counts = Counter(result.status for result in results)
    shown = ", ".join(f"{counts[name]} {name}" for name in sorted(counts)) or "no images"
    return f"{lock}: {shown}"
