"""The values file that an import writes: grouped as the schema is, each value with the setting it came from."""

from __future__ import annotations

import re
from typing import Any

from aspects_gen.tree.yamltext import dump_yaml
from aspects_gen.tutor.plan import Plan
from aspects_gen.values.paths import Path
from aspects_gen.values.schema import Schema, resolve

MODELINE = "# yaml-language-server: $schema=../schemas/values.schema.json"

_HEADER = """{modeline}
# Imported from a Tutor site's configuration. Every key that is not here has its default:
# `aspects-gen explain KEY` says what it means and what it is. A comment names the setting a value came from.
"""

STEP = "  "


def render_values(plan: Plan, schema: Schema) -> str:
    """Return the text of a values file."""
    lines = [_HEADER.format(modeline=MODELINE)]
    for name, value in plan.data.items():
        node = resolve(schema, schema["properties"][name])
        lines.append(f"\n# {_first_sentence(node.get('description', name))}\n")
        lines.append(_render(plan, (name,), value, 0))
    return "".join(lines)


def _first_sentence(text: str) -> str:
    return re.split(r"(?<=\.)\s", " ".join(text.split()))[0]


def _render(plan: Plan, path: Path, value: Any, depth: int) -> str:
    """Return a key with its value; a map that no setting gave as a whole goes on key by key."""
    origin = plan.origins.get(path)
    if isinstance(value, dict) and origin is None and value:
        body = "".join(
            _render(plan, (*path, name), item, depth + 1) for name, item in value.items()
        )
        return f"{STEP * depth}{path[-1]}:\n{body}"
    first, _, rest = dump_yaml({path[-1]: value}).partition("\n")
    comment = f"  # {origin}" if origin else ""
    text = f"{first}{comment}\n{rest}"
    return "".join(
        f"{STEP * depth}{line}" if line.strip() else line
        for line in text.splitlines(keepends=True)
    )
