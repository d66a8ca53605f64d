"""Tables and wrapped text in the width of the terminal."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Iterable, Sequence

PIPED_WIDTH = 100
"""Characters in a line when nobody's terminal says otherwise: output to a file is the same everywhere."""

NARROWEST = 12
"""Characters below which a column is not shrunk."""

GAP = "  "


def terminal_width() -> int:
    """Return how many characters fit in a line."""
    if sys.stdout.isatty():
        return max(40, shutil.get_terminal_size().columns)
    return PIPED_WIDTH


def format_table(headings: Sequence[str], rows: Iterable[Sequence[str]], width: int) -> list[str]:
    """Return the lines of a table: aligned columns, long cells wrapped, no trailing blanks."""
    lines = [list(headings), *(list(row) for row in rows)]
    widths = _fit([max(len(line[i]) for line in lines) for i in range(len(headings))], width)
    return [text for line in lines for text in _format_row(line, widths)]


def _fit(widths: list[int], width: int) -> list[int]:
    """Return the widths shrunk to fit, the widest column first."""
    spare = len(GAP) * (len(widths) - 1)
    while sum(widths) + spare > width:
        widest = max(range(len(widths)), key=lambda i: widths[i])
        if widths[widest] <= NARROWEST:
            break
        widths[widest] -= 1
    return widths


def _format_row(cells: list[str], widths: list[int]) -> list[str]:
    wrapped = [wrap(cell, width) for cell, width in zip(cells, widths, strict=True)]
    height = max(len(lines) for lines in wrapped)
    return [
        GAP.join(
            (lines[row] if row < len(lines) else "").ljust(width)
            for lines, width in zip(wrapped, widths, strict=True)
        ).rstrip()
        for row in range(height)
    ]


def wrap(text: str, width: int) -> list[str]:
    """Return a text in lines of at most a width; names are never broken, so a long one may stick out."""
    return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False) or [""]


def format_fields(fields: Iterable[tuple[str, str]], width: int, indent: str = "  ") -> list[str]:
    """Return labelled lines: labels aligned, texts wrapped beside them."""
    pairs = list(fields)
    label = max((len(name) for name, _ in pairs), default=0)
    lines = []
    for name, text in pairs:
        head = f"{indent}{name.ljust(label)}{GAP}"
        for number, line in enumerate(wrap(text, max(NARROWEST, width - len(head)))):
            lines.append(((head if number == 0 else " " * len(head)) + line).rstrip())
    return lines
