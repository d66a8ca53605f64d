"""The base tables as the public migrations leave them at their head, for trying a site's adoption.

Names, columns, engines and keys are facts. Source: public Alembic migrations of the Aspects Tutor
plugin at revision 0041, read 2026-11.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_LOADED = json.loads((Path(__file__).parent / "public_tables.json").read_text(encoding="utf-8"))

PUBLIC: dict[str, dict[str, Any]] = _LOADED["tables"]
"""database.table to its shape, by the names that a site has unless it chose others."""

FUNCTIONS = (
    ("get_org_from_course_url", r"course-v1:([a-zA-Z0-9\\w\\-~.:%]*)"),
    ("get_org_from_ccx_course_url", "ccx-v1:([a-zA-Z0-9]*)"),
)
"""SQL functions and the pattern that each extracts."""

SAME: Mapping[str, str] = {}


def base_statements(names: Mapping[str, str] = SAME, home: str = "xapi") -> list[str]:
    """Return what makes the public tables, functions and version at the head.

    Args:
        names: database.table to a site's own name of it, where it differs.
        home: database of the version table.
    """
    made = []
    for table, shape in PUBLIC.items():
        columns = ", ".join(
            f"`{c.partition(' ')[0]}` {c.partition(' ')[2]}" for c in shape["columns"]
        )
        partition = f" PARTITION BY {shape['partition_by']}" if shape["partition_by"] else ""
        made.append(
            f"CREATE TABLE {names.get(table, table)} ({columns})"
            f" ENGINE = {shape['engine']}{partition}"
            f" PRIMARY KEY ({shape['primary_key']}) ORDER BY ({shape['order_by']})"
        )
    for name, pattern in FUNCTIONS:
        made.append(
            f"CREATE FUNCTION {name} AS (course_url) ->"
            f" nullIf(extract(course_url, '{pattern}'), '')"
        )
    return [*made, *version_statements("0040", "0041", home=home)]


def version_statements(*versions: str, home: str = "xapi") -> list[str]:
    """Return what records versions, each as a run of its own; the newest is the last."""
    return [
        f"CREATE TABLE IF NOT EXISTS {home}.alembic_version (version_num String,"
        " dt DateTime DEFAULT now()) ENGINE = ReplacingMergeTree(dt) ORDER BY tuple()",
        *(f"INSERT INTO {home}.alembic_version (version_num) VALUES ('{it}')" for it in versions),
    ]
