"""Who is to be removed, and by what they can be recognised. Used by the retirement script.

A list has one line for each thing that is known of a learner, in any order:

    user_id: 42
    username: alice
    external_id: 2f8c0c1e-3d1b-4c55-9d2a-5a6a3e8e7c11
    email: alice@example.org
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

NEVER = r"[^\s\S]"
"""A pattern that nothing matches."""

MOST = 50
"""Ids that one run looks for at most by each name; the server takes 255 texts to search for.

Source: ClickHouse documentation, multiSearchAny, read 2026-11.
"""

FORMS = {
    "user_id": (r"[1-9][0-9]{0,9}", "a whole number"),
    # as Open edX admits them; retired ones as well
    "username": (r"[\w.@+-]{2,150}", "2 to 150 letters, digits or . _ @ + -"),
    "external_id": (r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", "a UUID"),
    "email": (r"[^\s@\"'\\]+@[^\s@\"'\\]+", "an e-mail address"),
}
"""What a line may name, and how it looks."""


class Known(NamedTuple):
    """What is known of all learners on the list together."""

    user_id: frozenset[str]
    username: frozenset[str]
    external_id: frozenset[str]
    email: frozenset[str]

    def also(self, **found: Iterable[str]) -> Known:
        """Return this and what was found besides."""
        return Known(*(getattr(self, name) | {*found.get(name, ())} for name in self._fields))

    @property
    def run(self) -> str:
        """Return a name for the removal of exactly these, that tells nothing about them."""
        text = "\n".join(
            f"{name}:{value}"
            for name, values in self._asdict().items()
            for value in sorted(values)
        )
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def read(path: Path) -> Known:
    """Return what a list says; exit with every line that is wrong, none in full."""
    if not path.is_file():
        sys.exit(f"there is no list of learners at {path}: mount the Secret that holds it")
    found: dict[str, set[str]] = {name: set() for name in FORMS}
    problems = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        kind, colon, value = (part.strip() for part in text.partition(":"))
        if not colon or kind not in FORMS:
            problems.append((number, masked(text), f"one of {', '.join(FORMS)}, a colon, a value"))
        elif not re.fullmatch(FORMS[kind][0], value):
            problems.append((number, f"{kind}: {masked(value)}", FORMS[kind][1]))
        else:
            found[kind].add(value.lower() if kind in ("external_id", "email") else value)
    if not problems and not any(found.values()):
        problems.append((1, "no line", "at least one learner"))
    problems += [
        (1, f"{len(values)} lines of {kind}", f"at most {MOST}: make several lists")
        for kind, values in found.items()
        if len(values) > MOST
    ]
    if problems:
        lines = [
            f"  {path.name}:{at}: found {what}, expected {form}" for at, what, form in problems
        ]
        sys.exit("the list of learners is wrong; nothing was removed\n" + "\n".join(lines))
    return Known(*(frozenset(found[name]) for name in Known._fields))


def masked(value: str) -> str:
    """Return enough of a value to find it in the list, and no more."""
    return f"{value[:2]}… ({len(value)} characters)"


def texts(known: Known, key: str) -> list[str]:
    """Return texts that stand for these learners wherever they occur.

    Random ids, hashed addresses as statements may carry them, and pseudonyms when there is a key.
    """
    hashed = [hashlib.sha1(email.encode()).hexdigest() for email in known.email]  # noqa: S324  xAPI's own
    named = [*known.external_id, *(f"mailto:{email}" for email in known.email)]
    return sorted({*known.external_id, *hashed, *(pseudonym(key, one) for one in named if key)})


def pseudonym(key: str, learner: str) -> str:
    """Return what the models make of an id; see the macro `pseudonym` of the dbt project."""
    inner = hashlib.sha256((key + learner).encode()).digest()
    return hashlib.sha256(key.encode() + inner).hexdigest()[:32]


def pattern(known: Known) -> str:
    """Return a pattern of mentions that are more than a part of another word.

    An address where it does not go on before or behind; user names and ids as the value of a key
    that says so, since as bare words they may mean anything. Quotes may be escaped, as JSON is
    that stands inside other JSON.
    """
    quote = r"\\*\""
    found = [
        rf"(?i:(?:^|[^\w.%+-]){re.escape(email)}(?:$|[^\w.-]|\.(?:$|\W)))"
        for email in sorted(known.email)
    ]
    if known.username:
        names = "|".join(map(re.escape, sorted(known.username)))
        found.append(rf"{quote}[^\"\\]*user[^\"\\]*{quote}\s*:\s*{quote}(?:{names}){quote}")
    if known.user_id:
        ids = "|".join(sorted(known.user_id))
        found.append(
            rf"{quote}[^\"\\]*user_id{quote}\s*:\s*(?:{quote})?(?:{ids})(?:{quote})?\s*(?:[,}}\]]|$)"
        )
    return "|".join(found) or NEVER
