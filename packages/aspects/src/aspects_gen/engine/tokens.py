"""Tokens of ClickHouse's SQL, found in one pass whose time grows with the text's length alone.

Text is SQL decoded as Latin-1, so that a position is a byte's offset and any bytes can follow.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

SPACE, COMMENT, WORD, NUMBER = "space", "comment", "word", "number"
STRING, QUOTED, HEREDOC, MARK = "string", "quoted", "heredoc", "mark"

_BLANKS = frozenset(" \t\n\r\f\v")
_DIGITS = frozenset("0123456789")
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_")
_TAG = _LETTERS | _DIGITS
_WORD = _TAG | {"$"}
_CURLY = {"\xe2\x80\x98": ("\xe2\x80\x99", STRING), "\xe2\x80\x9c": ("\xe2\x80\x9d", QUOTED)}
"""Typographic quotes, which ClickHouse reads as quotes, as UTF-8 seen through Latin-1."""


class Token(NamedTuple):
    """A piece of the text; the pieces touch and cover all of it."""

    kind: str
    start: int
    end: int


def tokens(text: str, start: int = 0) -> Iterator[Token]:
    """Yield every token from `start` on; what is opened and never closed reaches to the end."""
    at, size = start, len(text)
    tags: dict[str, int] = _last_tags(text, start) if "$" in text else {}
    while at < size:
        kind, end = _next(text, at, tags)
        yield Token(kind, at, end)
        at = end


def _next(text: str, at: int, tags: dict[str, int]) -> tuple[str, int]:
    """Return the kind and the end of the token at a position."""
    char = text[at]
    if char in _BLANKS:
        return SPACE, _run_end(text, at, _BLANKS)
    if char in _LETTERS:
        return WORD, _run_end(text, at, _WORD)
    if char in _DIGITS:
        return NUMBER, _run_end(text, at, _WORD)
    if char == "'":
        return STRING, _quote_end(text, at, char)
    if char in '"`':
        return QUOTED, _quote_end(text, at, char)
    if char == "$":
        return _dollar(text, at, tags)
    return _rare(text, at, char)


def _rare(text: str, at: int, char: str) -> tuple[str, int]:
    """Return the kind and the end of a comment, something in curly quotes, or a single mark."""
    two = text[at : at + 2]
    if two in ("--", "# ", "#!"):
        return COMMENT, _found(text, "\n", at)
    if two == "/*":
        return COMMENT, _past(text, "*/", at + 2)
    if char == "\xe2" and text[at : at + 3] in _CURLY:
        close, kind = _CURLY[text[at : at + 3]]
        return kind, _past(text, close, at + 3)
    return MARK, at + 1


def _dollar(text: str, at: int, tags: dict[str, int]) -> tuple[str, int]:
    """Return a heredoc `$tag$ … $tag$`, or the name that a tag without its second half is."""
    end = _run_end(text, at + 1, _TAG)
    tag = text[at : end + 1]
    if tag.endswith("$") and tags.get(tag, 0) > end:
        return HEREDOC, _past(text, tag, end + 1)
    return WORD, _run_end(text, at, _WORD)


def _last_tags(text: str, start: int) -> dict[str, int]:
    """Return where each `$tag$` stands last, so that no search for a missing one runs to the end."""
    last: dict[str, int] = {}
    at = text.find("$", start)
    while at >= 0:
        end = _run_end(text, at + 1, _TAG)
        if end > at + 1 and text[end : end + 1] == "$":
            last[text[at : end + 1]] = at
        at = text.find("$", end)
    return last


def _run_end(text: str, at: int, members: frozenset[str]) -> int:
    """Return where a run of characters ends."""
    size = len(text)
    while at < size and text[at] in members:
        at += 1
    return at


def _quote_end(text: str, at: int, quote: str) -> int:
    """Return where a quoted token ends: a backslash takes the next character along, a doubled quote is one."""
    size, at = len(text), at + 1
    close = slash = -1
    while True:
        # each search starts where the last one of its kind ended, so that none looks twice
        if close < at:
            close = _found(text, quote, at)
        if slash < at:
            slash = _found(text, "\\", at)
        if slash < close:
            at = slash + 2
        elif close == size:
            return size
        elif text[close + 1 : close + 2] == quote:
            at = close + 2
        else:
            return close + 1


def _found(text: str, sign: str, at: int) -> int:
    """Return where a sign stands, or the end of the text."""
    place = text.find(sign, at)
    return len(text) if place < 0 else place


def _past(text: str, sign: str, at: int) -> int:
    """Return where a closing sign ends, or the end of the text."""
    return min(len(text), _found(text, sign, at) + len(sign))
