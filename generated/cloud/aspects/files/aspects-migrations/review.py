"""Refuse statements that a migration must not run by accident. Called by env.py and by tests.

What a statement does is read from its words. A revision that must do such a thing all the same
says so, with a reason for each rule that it breaks::

    dangerous = {"drops-data": "the column was never filled; see the release notes"}
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import ddl

POSITIONAL = ddl.SINK_TABLES
"""Tables that LMS and Studio insert into without naming columns."""

RULES = {
    "drops-data": "rows, columns or whole objects go away",
    "narrows-type": "a column's type changes to one that may not hold every value",
    "changes-key": "the order of a table changes, so replays are told apart differently",
    "breaks-inserts": "LMS and Studio insert into this table without naming columns",
    "cannot-repeat": "a second run after a kill would fail, or do it twice",
    "unknown": "nobody knows whether it may run twice",
}

WIDER = {
    "Int8": {"Int16", "Int32", "Int64"},
    "Int16": {"Int32", "Int64"},
    "Int32": {"Int64"},
    "UInt8": {"UInt16", "UInt32", "UInt64", "Int16", "Int32", "Int64"},
    "UInt16": {"UInt32", "UInt64", "Int32", "Int64"},
    "UInt32": {"UInt64", "Int64"},
    "Float32": {"Float64"},
    "Bool": {"UInt8"},
    "UUID": {"String"},
}
"""Types that hold every value of another."""

DROPPING = (
    *("DROP COLUMN ", "CLEAR COLUMN ", "DROP PART ", "DROP PARTITION ", "DETACH "),
    *("REPLACE PARTITION ", "MOVE PARTITION ", "UPDATE ", "DELETE "),
)
ORDERING = ("MODIFY ORDER BY", "MODIFY PRIMARY KEY", "MODIFY SAMPLE BY")
HARMLESS = ("MODIFY ", "COMMENT ", "MATERIALIZE ", "RESET ", "REMOVE ")
"""How changes of an ALTER TABLE begin; to drop an index or a projection loses nothing."""

SHIFTING = re.compile(
    r"(RENAME|DROP) COLUMN |(MODIFY|ALTER) COLUMN .* (FIRST$|AFTER \w+$)", re.IGNORECASE
)
"""Changes after which a row without names would go into other columns."""

NOISE = re.compile(r"'(?:[^'\\]|\\.)*'|--[^\n]*|/\*.*?\*/", re.DOTALL)
"""Literals and comments, whose words mean nothing here."""

NAME = r"(?:IF NOT EXISTS |IF EXISTS )?([\w.]+)"


class Place(NamedTuple):
    """A statement and the revision that runs it."""

    path: str
    line: int
    statement: str


class Finding(NamedTuple):
    """A statement that is refused."""

    place: Place
    rule: str
    words: str
    """What of it is dangerous."""

    def __str__(self) -> str:
        """Return what is wrong, where, and what to do."""
        return (
            f"{self.place.path}:{self.place.line}: {self.rule}\n"
            f"  Found: {self.words}: {RULES[self.rule]}\n"
            f"  in: {' '.join(self.place.statement.split())[:300]}\n"
            f"  Fix: write it another way, or say why it may: dangerous = "
            f'{{"{self.rule}": "REASON"}} in the revision'
        )


def review(revisions: Iterable[ModuleType]) -> list[str]:
    """Return what is refused in revisions, oldest first, each as text; empty when all may run."""
    problems: list[str] = []
    types: dict[str, dict[str, str]] = {}
    for module in revisions:
        marks = dict(getattr(module, "dangerous", {}))
        path = Path(str(module.__file__))
        source = path.read_text("utf-8")
        found = [
            finding
            for statement in _recorded(module)
            for finding in _judge(path, source, statement, types)
        ]
        problems += [str(it) for it in found if not str(marks.get(it.rule, "")).strip()]
        stale = sorted(set(marks) - {it.rule for it in found})
        line = _line_of(source, "dangerous")
        problems += [
            f"{path}:{line}: dangerous names {rule!r}, which no statement needs\n"
            f"  Fix: remove it; rules are {', '.join(RULES)}"
            for rule in stale
        ]
    return problems


def _recorded(module: ModuleType) -> list[str]:
    with ddl.recording() as statements:
        module.upgrade()
    return statements


def _judge(
    path: Path, source: str, statement: str, types: dict[str, dict[str, str]]
) -> Iterator[Finding]:
    for rule, words in judge_statement(statement, types):
        fragment = words.split(" of ")[0]
        place = Place(str(path), _line_of(source, fragment), statement)
        yield Finding(place, rule, words)


def judge_statement(
    statement: str, types: dict[str, dict[str, str]] | None = None
) -> Iterator[tuple[str, str]]:
    """Yield (rule, words) of each danger in one statement.

    Args:
        statement: one statement of SQL.
        types: table to column to type, as earlier statements left them; this one's are added.
    """
    types = {} if types is None else types
    text = plain(statement)
    verb = text.partition(" ")[0].upper()
    table = _table_of(text)
    if verb == "ALTER":
        for part in _parts(text):
            yield from _judge_change(part, table, types.setdefault(table, {}))
        return
    if verb == "CREATE":
        yield from _judge_create(text)
        types.setdefault(table, {}).update(_created(text))
    elif verb in ("DROP", "TRUNCATE", "DETACH", "DELETE", "UPDATE"):
        yield "drops-data", verb
    elif verb in ("RENAME", "EXCHANGE", "INSERT"):
        yield "cannot-repeat", verb
    elif verb not in ("OPTIMIZE", "SELECT"):
        yield "unknown", verb


def _judge_create(text: str) -> Iterator[tuple[str, str]]:
    kind = re.match(r"CREATE (OR REPLACE )?(\w+ )", text, re.IGNORECASE)
    if kind and kind[1] and kind[2].strip().upper() == "TABLE":
        yield "drops-data", "CREATE OR REPLACE TABLE"
    elif kind and not kind[1] and " IF NOT EXISTS " not in text.upper():
        yield "cannot-repeat", f"CREATE {kind[2].strip().upper()}"
    if re.search(r"\bPOPULATE\b", text, re.IGNORECASE):
        yield "cannot-repeat", "POPULATE"


def _judge_change(part: str, table: str, known: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the dangers of one change of an ALTER TABLE."""
    words = part.upper()
    first = " ".join(words.split()[:2])
    positional = table.rpartition(".")[2] in POSITIONAL
    if words.startswith(DROPPING):
        yield "drops-data", first
    elif words.startswith(ORDERING):
        yield "changes-key", first
    elif words.startswith(("MODIFY COLUMN ", "ALTER COLUMN ")):
        yield from _judge_type(part, first, known)
    elif words.startswith("ADD "):
        yield from _judge_addition(part, first, known, positional=positional)
    elif words.startswith(("RENAME COLUMN ", "DROP ")):
        if " IF EXISTS " not in words:
            yield "cannot-repeat", first
    elif not words.startswith(HARMLESS):
        yield "unknown", first
    if positional and SHIFTING.match(part):
        yield "breaks-inserts", first


def _judge_addition(
    part: str, first: str, known: dict[str, str], *, positional: bool
) -> Iterator[tuple[str, str]]:
    if " IF NOT EXISTS " not in part.upper():
        yield "cannot-repeat", first
    if first != "ADD COLUMN":
        return
    found = re.match(rf"ADD COLUMN {NAME} (.+)", part, re.IGNORECASE)
    if found:
        known[found[1]] = _type(found[2])
    # a computed column takes no part in inserts
    if positional and not re.search(r" (MATERIALIZED|ALIAS) ", part, re.IGNORECASE):
        yield "breaks-inserts", first


def _judge_type(part: str, first: str, known: dict[str, str]) -> Iterator[tuple[str, str]]:
    found = re.match(rf"\w+ COLUMN {NAME}(?: TYPE)? (.+)", part, re.IGNORECASE)
    new = _type(found[2]) if found else ""
    if found and not new:
        return  # only its default, codec, comment or place
    old = known.get(found[1], "") if found else ""
    if old != new and not is_wider(new, old):
        yield "narrows-type", f"{first} of {old or 'an unknown type'} to {new or 'something'}"
    if found:
        known[found[1]] = new


def is_wider(new: str, old: str) -> bool:
    """Tell whether a type holds every value of another."""
    for wrapper in ("LowCardinality", "Nullable"):
        if new.startswith(f"{wrapper}("):
            return is_wider(new[len(wrapper) + 1 : -1], old)
    if old.startswith("LowCardinality("):
        return is_wider(new, old[15:-1])
    precise = re.fullmatch(r"DateTime64\((\d).*\)", new)
    if precise and old.startswith("DateTime"):
        before = re.fullmatch(r"DateTime64\((\d).*\)", old)
        return int(precise[1]) >= (int(before[1]) if before else 0)
    return new == old or new in WIDER.get(old, ()) or (new, old[:11]) == ("String", "FixedString")


def plain(statement: str) -> str:
    """Return a statement's words on one line, without literals, comments and backticks."""
    kept = NOISE.sub(lambda match: "''" if match[0][0] == "'" else " ", statement)
    return " ".join(kept.replace("`", "").replace('"', "").split())


def _table_of(text: str) -> str:
    found = re.match(rf"(?:CREATE|ALTER)(?: OR REPLACE)? TABLE {NAME}", text, re.IGNORECASE)
    return found[1] if found else ""


def _parts(text: str) -> list[str]:
    """Return the changes of an ALTER TABLE, which commas outside brackets part."""
    head = re.match(rf"ALTER TABLE {NAME}(?: ON CLUSTER \S+)? ", text, re.IGNORECASE)
    body = re.split(r" SETTINGS ", text[head.end() if head else 0 :], flags=re.IGNORECASE)[0]
    return [part.strip() for part in _split(body)]


def _created(text: str) -> dict[str, str]:
    """Return column to type of a CREATE TABLE."""
    body = re.search(r"\((.*)\) ENGINE", text, re.IGNORECASE)
    columns = [part.split(None, 1) for part in _split(body[1])] if body else []
    return {column[0]: _type(column[1]) for column in columns if len(column) == 2}


def _split(text: str) -> list[str]:
    """Return what commas part, outside brackets."""
    parts, depth, start = [], 0, 0
    for place, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if sign == "," and depth == 0:
            parts.append(text[start:place])
            start = place + 1
    return [*parts, text[start:]]


def _type(text: str) -> str:
    """Return the type that a column's definition begins with, empty without one."""
    words = re.split(
        r"(?:^|\s)(?:DEFAULT|MATERIALIZED|ALIAS|EPHEMERAL|CODEC|COMMENT|TTL|FIRST|AFTER|REMOVE|"
        r"MODIFY|RESET|STATISTICS|SETTINGS)\b",
        text.strip(),
        maxsplit=1,
    )
    return words[0].strip()


def _line_of(source: str, words: str) -> int:
    """Return the line of a revision that holds some words; else that of its upgrade."""
    lines = source.upper().splitlines()
    for wanted in (words.upper(), "DEF UPGRADE"):
        for number, line in enumerate(lines, 1):
            if wanted in line:
                return number
    return 1
