"""Paths into values: tuples inside the program, `a.b[0].c` for people."""

from __future__ import annotations

import re
from typing import Any

Path = tuple[str | int, ...]

_PART = re.compile(r"([^.\[\]]+)|\[([0-9]+)\]")


def show_path(path: Path) -> str:
    """Return a path as a person writes it: a.b[0].c."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def parse_path(text: str) -> Path:
    """Return the tuple of a dotted path; anything that is not a part is skipped."""
    return tuple(
        int(match[2]) if match[2] is not None else match[1] for match in _PART.finditer(text)
    )


def value_at(data: Any, path: Path) -> Any:
    """Return the value at a path.

    Raises:
        KeyError: nothing is there.
    """
    for part in path:
        try:
            data = data[part]
        except (LookupError, TypeError):
            raise KeyError(show_path(path)) from None
    return data


def has_value(data: Any, path: Path) -> bool:
    """Tell whether something stands at a path."""
    try:
        value_at(data, path)
    except KeyError:
        return False
    return True
