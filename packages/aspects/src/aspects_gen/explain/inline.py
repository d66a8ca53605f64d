"""A value in one line of YAML."""

from __future__ import annotations

import json
from typing import Any

from aspects_gen.tree.yamltext import dump_yaml


def inline_yaml(value: Any) -> str:
    """Return a value as YAML that fits in one line: plain where it can be, else flow style."""
    if value is None:
        return "null"
    if isinstance(value, str) and value and "\n" not in value:
        return dump_yaml({"k": value}).removeprefix("k: ").rstrip("\n")
    return json.dumps(value, ensure_ascii=False)
