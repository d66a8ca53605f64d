"""What the front must know of a request's SQL before the engine runs it: one statement, its verb, format, data."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import NamedTuple

from aspects_gen.engine.alone import stand_alone
from aspects_gen.engine.fault import RequestError
from aspects_gen.engine.tokens import COMMENT, MARK, SPACE, WORD, Token, tokens

_QUERIES = frozenset({"SELECT", "WITH", "("})
"""Words, and the sign, that a query begins with."""


class Statement(NamedTuple):
    """One statement, without the semicolon and without an INSERT's data."""

    text: bytes
    verb: str
    second: str
    """Second word, in capitals."""
    format: str
    """Of the FORMAT clause, empty without one."""
    data: bytes | None
    """An INSERT's data; None without."""
    is_query: bool = False
    """It selects rows and changes nothing."""
    selects: bool = False
    """An INSERT with data that selects from input(), which chDB would take and write nothing of."""

    settings_at: int = 0
    """Where an INSERT's clause SETTINGS begins, or its text ends."""

    def from_file(self, path: str) -> bytes:
        """Return an INSERT that takes its data from a file of this machine."""
        source = f" FROM INFILE '{path}' COMPRESSION 'none' ".encode()
        head, settings = self.text[: self.settings_at], self.text[self.settings_at :]
        return head + source + settings + f" FORMAT {self.format}".encode()


class Clause(NamedTuple):
    """A significant token with its text and how many brackets are open around it."""

    token: Token
    text: str
    depth: int

    @property
    def word(self) -> str:
        """Return a bare word in capitals, empty for anything else."""
        return self.text.upper() if self.token.kind == WORD else ""


def read_statement(sql: bytes, *, on_cluster: str = "refuse") -> Statement:
    """Return the one statement that some SQL holds.

    Args:
        sql: complete, with an INSERT's data where it has inline data.
        on_cluster: `strip` makes a statement for a cluster one for this server, `refuse` is an error.

    Raises:
        RequestError: no or several statements, ON CLUSTER, or a file of the server as source or target.
    """
    text = sql.decode("latin-1")
    insert = _insert_head(text)
    if insert is not None:
        if insert.format == "Values" and b";" in sql:
            end = _single(text, len(text) - len(insert.data or b""))
            return insert._replace(data=sql[len(sql) - len(insert.data or b"") : end])
        return insert
    parts = clauses(text)
    end = _single(text, 0)
    body = [part for part in parts if part.token.start < end]
    if not body:
        raise RequestError(62, "SYNTAX_ERROR", "Syntax error: Empty query")
    verb = body[0].word or body[0].text
    _refuse_files(body, verb)
    kept = stand_alone(text[:end], body, verb, on_cluster)
    writes = any(part.word == "INSERT" and part.depth == 0 for part in body)
    second = body[1].word if len(body) > 1 else ""
    is_query = verb in _QUERIES and not writes
    return Statement(_bytes(kept), verb, second, _format_of(body), None, is_query)


def _insert_head(text: str) -> Statement | None:
    """Return an INSERT that comes with data, or None for anything else."""
    parts = _significant(text)
    first = next(parts, None)
    if first is None or first.word != "INSERT":
        return None
    before = _after_target(parts)
    selects = takes_input = False
    settings_at = 0
    for part in itertools.chain([before] if before else [], parts):
        word = part.word if part.depth == 0 else ""
        takes_input = takes_input or (before is not None and before.word, part.text) == (
            "INPUT",
            "(",
        )
        selects = selects or word in ("SELECT", "WITH")
        if word == "SETTINGS" and not settings_at:
            settings_at = part.token.start
        if part.text == ";" or (word == "FROM" and not selects):
            return None
        if word == "VALUES" and not selects:
            return _head(text, part, part, settings_at)
        if word == "FORMAT" and selects == takes_input:
            name = next(parts, None)
            head = _head(text, part, name, settings_at) if name else None
            return head._replace(selects=selects) if head else None
        before = part
    return None


def _after_target(parts: Iterator[Clause]) -> Clause | None:
    """Return the first token after the name of an INSERT's table, which may be any word."""
    part = next(parts, None)
    while part is not None and part.word in ("INTO", "TABLE", "FUNCTION"):
        part = next(parts, None)
    part = next(parts, None)
    while part is not None and part.text == ".":
        next(parts, None)
        part = next(parts, None)
    return part


def _head(text: str, last: Clause, name: Clause, settings_at: int) -> Statement:
    """Return an INSERT whose head ends before `last` and whose data begin after `name`."""
    values = name is last
    start = name.token.end if values else _data_start(text, name.token.end)
    fmt = "Values" if values else name.text
    head = _bytes(text[: last.token.start])
    data = _bytes(text[start:])
    return Statement(head, "INSERT", "INTO", fmt, data, settings_at=settings_at or len(head))


def _data_start(text: str, end: int) -> int:
    """Return where data begin after a format's name: blanks and one line break are not part of them."""
    while text[end : end + 1] in (" ", "\t", "\f"):
        end += 1
    if text[end : end + 1] == ";" and not text[end + 1 :].strip():
        return len(text)
    if text[end : end + 2] == "\r\n":
        return end + 2
    return end + 1 if text[end : end + 1] == "\n" else end


def clauses(text: str) -> list[Clause]:
    """Return the significant tokens of a text."""
    return list(_significant(text))


def _significant(text: str) -> Iterator[Clause]:
    """Yield tokens that are neither blank nor comment, with the depth of brackets around them."""
    depth = 0
    for token in tokens(text):
        if token.kind in (SPACE, COMMENT):
            continue
        sign = text[token.start] if token.kind == MARK else ""
        if sign and sign in ")]}":
            depth -= 1
        yield Clause(token, text[token.start : token.end], depth)
        if sign and sign in "([{":
            depth += 1


def _single(text: str, start: int) -> int:
    """Return where the only statement ends; refuse a second one."""
    end = -1
    for token in tokens(text, start):
        if token.kind in (SPACE, COMMENT):
            continue
        if token.kind == MARK and text[token.start] == ";":
            end = token.start if end < 0 else end
        elif end >= 0:
            raise RequestError(
                62, "SYNTAX_ERROR", "Syntax error: Multi-statements are not allowed"
            )
    return len(text) if end < 0 else end


def _format_of(body: list[Clause]) -> str:
    """Return the name in a FORMAT clause, which ends a statement but for SETTINGS."""
    for place in range(len(body) - 2, 0, -1):
        part, name = body[place], body[place + 1]
        if part.depth == 0 and part.word == "FORMAT" and name.token.kind == WORD:
            after = body[place + 2].word if place + 2 < len(body) else "SETTINGS"
            if after == "SETTINGS" and body[place - 1].text != ".":
                return name.text
    return ""


def _refuse_files(body: list[Clause], verb: str) -> None:
    """Refuse files that the machine of the server would read or write: only a command-line client may."""
    for part, after in itertools.pairwise(body):
        pair = (part.word, after.word)
        if pair == ("INTO", "OUTFILE") or (verb == "INSERT" and pair == ("FROM", "INFILE")):
            raise RequestError(
                344, "SUPPORT_IS_DISABLED", f"{' '.join(pair)} is not allowed over HTTP"
            )


def _bytes(text: str) -> bytes:
    """Return the bytes that a Latin-1 text was read from."""
    return text.encode("latin-1")
