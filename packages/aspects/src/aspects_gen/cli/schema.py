"""Print the JSON Schema of the values, bundled from every installed service."""

from __future__ import annotations

import argparse


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments: none."""


def run(_args: argparse.Namespace) -> int:
    """Print the schema."""
    from aspects_gen.services.registry import discover_services
    from aspects_gen.values.schema import bundle_schema, dump_schema

    services = discover_services()
    schema = bundle_schema({name: service.schema() for name, service in services.items()})
    print(dump_schema(schema), end="")
    return 0
