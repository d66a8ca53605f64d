"""Split a file of SQL into statements. Used by the access script."""

from __future__ import annotations

from collections.abc import Iterator

QUOTES = "'\"`"


def statements(text: str) -> Iterator[str]:
    """Yield each statement without its semicolon; quotes and comments are respected."""
    current: list[str] = []
    position = 0
    while position < len(text):
        end = piece_end(text, position)
        piece = text[position:end]
        if piece == ";":
            yield from _finished(current)
            current = []
        elif not is_comment(piece):
            current.append(piece)
        position = end
    yield from _finished(current)


def piece_end(text: str, start: int) -> int:
    """Return where the quoted text, comment or single character at `start` ends."""
    if text[start] in QUOTES:
        return _quote_end(text, start)
    if text.startswith("--", start):
        return _after(text, "\n", start, keep=True)
    if text.startswith("/*", start):
        return _after(text, "*/", start + 2)
    return start + 1


def is_comment(piece: str) -> bool:
    """Tell whether a piece is a comment."""
    return piece.startswith(("--", "/*"))


def _quote_end(text: str, start: int) -> int:
    quote = text[start]
    position = start + 1
    while position < len(text):
        if text[position] == "\\":
            position += 2
        elif text[position] == quote:
            return position + 1
        else:
            position += 1
    return len(text)


def _after(text: str, mark: str, start: int, *, keep: bool = False) -> int:
    found = text.find(mark, start)
    if found < 0:
        return len(text)
    return found if keep else found + len(mark)


def _finished(parts: list[str]) -> Iterator[str]:
    statement = "".join(parts).strip()
    if statement:
        yield statement
