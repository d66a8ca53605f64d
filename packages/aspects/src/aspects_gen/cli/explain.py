"""Say what a key of the values means and what set it.

Without a key: the top level. With --env: the value in that environment, the file and line that set it,
and which layers it overrides.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aspects_gen.cli.arguments import add_folders, add_json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aspects_gen.explain.keys import Key
    from aspects_gen.services.contract import Service
    from aspects_gen.values.resolve import Values

LONG = 60
"""Characters of a value in a list of keys; more are cut."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "key",
        nargs="?",
        default="",
        metavar="KEY",
        help="dotted name, for example clickhouse.storage.size (default: the top level)",
    )
    parser.add_argument("--env", metavar="ENV", help="environment whose value is shown")
    add_folders(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Print what a key means."""
    from aspects_gen.explain.keys import find_key
    from aspects_gen.explain.meaning import describe_key
    from aspects_gen.services.registry import discover_services
    from aspects_gen.values.schema import bundle_schema

    services = discover_services()
    schema = bundle_schema({name: service.schema() for name, service in services.items()})
    key = find_key(schema, args.key)
    facts = describe_key(schema, services, key)
    if args.env:
        values = _load(args, services)
        facts |= {"environment": args.env, **_value_facts(values, key, facts.get("keys", {}))}
    if args.json:
        print(json.dumps(facts, indent=1, ensure_ascii=False))
    else:
        print("\n".join(_text(facts)))
    return 0


def _load(args: argparse.Namespace, services: dict[str, Service]) -> Values:
    from aspects_gen.environment import find_places
    from aspects_gen.generate import load_values

    place = find_places(args.environments, Path("generated"), [args.env])[0]
    return load_values(place, services)


def _value_facts(values: Values, key: Key, parts: Iterable[str]) -> dict[str, Any]:
    """Return the value and where it comes from; for a map, of each of its keys."""
    from aspects_gen.values.paths import has_value, show_path, value_at

    if key.general:
        return {}
    if "properties" in key.node:
        shown = [(name, _child(values, key, name)) for name in parts]
        return {"values": {name: facts for name, facts in shown if facts}}
    facts: dict[str, Any] = {"sources": _sources(values, key)}
    if show_path(key.path) == "aspects.extensions":
        folders = values.data["aspects"].get("extensionFolders", [])
        facts["brings"] = {
            folder["folder"]: [file["path"] for file in folder["files"]] for folder in folders
        }
    if has_value(values.data, key.path):
        facts["value"] = value_at(values.data, key.path)
    return facts


def _sources(values: Values, key: Key) -> list[dict[str, Any]]:
    from aspects_gen.explain.origin import sources_of

    return [source.as_data() for source in sources_of(values, key)]


def _child(values: Values, parent: Key, name: str) -> dict[str, Any]:
    from aspects_gen.explain.keys import Key
    from aspects_gen.values.paths import parse_path
    from aspects_gen.values.schema import resolve

    path = (*parent.path, name)
    node = resolve(values.schema, parent.node["properties"][name])
    if "properties" in node:
        below = [known for known in values.layers.values_at if known[: len(path)] == path]
        derived = any(parse_path(name)[: len(path)] == path for name in values.origins)
        return {"set": "in part by a file" if below else "derived" if derived else "default"}
    return _value_facts(values, Key(path, name, node, general=False), ())


def _text(facts: dict[str, Any]) -> list[str]:
    from aspects_gen.cli.table import format_fields, terminal_width, wrap

    width = terminal_width()
    owner = f"service {facts['service']}" if facts["service"] else "the environment itself"
    title = f"{facts['key']}  ({owner})" if facts["key"] else "the top level of a values file"
    lines = [title, *(f"  {line}" for line in wrap(facts["about"], width - 2)), ""]
    lines += format_fields(_fields(facts), width)
    if "keys" in facts:
        lines += ["", *_keys_text(facts, width)]
    return lines


def _fields(facts: dict[str, Any]) -> list[tuple[str, str]]:
    from aspects_gen.explain.inline import inline_yaml

    fields = [("type", facts["type"])]
    for name in ("expected", "unit"):
        if name in facts:
            fields.append((name, facts[name]))
    if facts["required"]:
        fields.append(("required", "yes"))
    if "default" in facts:
        fields.append(("default", inline_yaml(facts["default"])))
    for profile, value in facts.get("profiles", {}).items():
        fields.append((f"profile {profile}", inline_yaml(value)))
    if "environment" not in facts or "values" in facts:
        return fields
    if "sources" not in facts:
        return [*fields, ("value", "each item has its own: name one by its number, from [0]")]
    fields.append(("value", inline_yaml(facts["value"]) if "value" in facts else "not set"))
    brought = [
        ("brings", f"{folder}: {', '.join(paths)}")
        for folder, paths in facts.get("brings", {}).items()
    ]
    return [*fields, *_source_fields(facts["sources"]), *brought]


def _source_fields(sources: list[dict[str, Any]]) -> list[tuple[str, str]]:
    from aspects_gen.explain.inline import inline_yaml

    fields = []
    for index, source in enumerate(sources):
        text = source["text"]
        if index and "value" in source:
            text += f": {inline_yaml(source['value'])}"
        fields.append(("overrides" if index else "set by", text))
    return fields


def _keys_text(facts: dict[str, Any], width: int) -> list[str]:
    from aspects_gen.cli.table import format_table

    if "values" not in facts:
        return format_table(("KEY", "MEANING"), list(facts["keys"].items()), width)
    rows = []
    for name, about in facts["keys"].items():
        rows.append((name, *_value_cells(facts["values"].get(name, {})), about))
    return format_table(("KEY", "VALUE", "SET BY", "MEANING"), rows, width)


def _value_cells(facts: dict[str, Any]) -> tuple[str, str]:
    from aspects_gen.explain.inline import inline_yaml

    if "set" in facts:
        return "(a map)", facts["set"]
    value = inline_yaml(facts["value"]) if "value" in facts else "not set"
    sources = facts.get("sources", [])
    return value if len(value) <= LONG else f"{value[:LONG]}…", sources[0][
        "text"
    ] if sources else ""
