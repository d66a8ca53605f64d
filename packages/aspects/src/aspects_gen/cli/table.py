"""Tables and wrapped text in the width of the terminal."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Iterable, Sequence

PIPED_WIDTH = 100
"""Characters in a line when nobody's terminal says otherwise: output to a file is the same everywhere."""

NARROWEST = 20
"""Characters that a labelled text gets at least, however narrow the terminal."""

GAP = "  "


def terminal_width() -> int:
    """Return how many characters fit in a line."""
    if sys.stdout.isatty():
        return max(40, shutil.get_terminal_size().columns)
    return PIPED_WIDTH


def format_table(headings: Sequence[str], rows: Iterable[Sequence[str]], width: int) -> list[str]:
    """Return the lines of a table: aligned columns, long cells wrapped, no trailing blanks.

    Names are never broken: a table whose names do not fit is wider.
    """
    columns = list(zip(headings, *rows, strict=True))
    natural = [max(len(cell) for cell in column) for column in columns]
    least = [max(_longest_word(cell) for cell in column) for column in columns]
    room = width - len(GAP) * (len(columns) - 1)
    widths = _used(columns, _shrink(natural, least, room))
    # wrapping at words leaves room; those that were shrunk most come first to take it
    for i in sorted(range(len(columns)), key=lambda i: widths[i] - natural[i]):
        widths[i] = max(widths[i], min(natural[i], room - sum(widths) + widths[i]))
        widths = _used(columns, widths)
    return [text for row in zip(*columns, strict=True) for text in _format_row(row, widths)]


def _used(columns: Sequence[Sequence[str]], widths: Sequence[int]) -> list[int]:
    """Return how wide the columns really are once their cells are wrapped."""
    return [
        max(len(line) for cell in column for line in wrap(cell, width))
        for column, width in zip(columns, widths, strict=True)
    ]


def _longest_word(text: str) -> int:
    return max((len(word) for word in text.split()), default=0)


def _shrink(natural: Sequence[int], least: Sequence[int], width: int) -> list[int]:
    """Return the widths with the widest made narrower until all fit or none can give way."""
    widths = list(natural)
    while sum(widths) > width:
        shrinkable = [i for i in range(len(widths)) if widths[i] > least[i]]
        if not shrinkable:
            break
        widths[max(shrinkable, key=lambda i: widths[i])] -= 1
    return widths


def _format_row(cells: Sequence[str], widths: Sequence[int]) -> list[str]:
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
