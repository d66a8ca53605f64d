"""Texts that look like a secret's value: long and random, or of a form that only secrets have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

SHORTEST, SHORTEST_PLAIN, HEXADECIMAL = 20, 24, 32
"""Characters from which a literal is looked at: any, of one case with digits, hexadecimal. Shorter are names."""

_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-_"
_MASK = bytes(97 if byte in _LETTERS else 32 for byte in range(256))
_NEEDLE = b"a" * SHORTEST

_DIGITS = frozenset("0123456789")
_DIGEST = re.compile(rb"(?:sha(?:1|256|384|512)|md5)[-:=_ ]$")
_HEXADECIMAL = re.compile(r"[0-9a-f]+|[0-9A-F]+")
_RUNS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[A-Z]|[0-9]+")

_KNOWN_ID = re.compile(
    # UUIDs, names of Jobs with their hash, and the ids that Superset gives to the parts of a dashboard
    r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
    r"|[a-z]+(-[a-z]+)+-[0-9a-f]{8}"
    r"|(NATIVE_FILTER|CHART|COLUMN|DIVIDER|HEADER|MARKDOWN|ROW|TABS?)-[-\w]+"
)
_CERTIFICATE = r"(?s)-----BEGIN (CERTIFICATE|PUBLIC KEY)-----.*?-----END \1-----"
_CREDENTIALS = r"://[^/\s:@'\"]{0,64}:[^/\s:@'\"{}$<>%()]{1,128}@"

_FORMS = {
    "PRIVATE KEY-----": (r"-----BEGIN [A-Z ]*PRIVATE KEY-----", "a private key"),
    "$2": (r"\$2[aby]\$[0-9]{2}\$[./A-Za-z0-9]{53}", "a hashed password"),
    "AKIA": (r"\bAKIA[0-9A-Z]{16}\b", "an access key id of AWS"),
    "://": (_CREDENTIALS, "an address with a password"),
}
"""Text that each form contains, which is quick to look for -> the form, compiled when met, and what it is."""

RUN_LENGTH, PLAIN_RUN_LENGTH = 2.5, 3.5
"""Mean length of a word's runs (Capitalised, UPPER, lower, digits) under which it counts as drawn by chance.

Drawn letters and digits have 1.9, hexadecimal 2.0, lower-case letters with digits 2.4; of 20 000 long words in
Python packages only digests and keys have less. The second number is for words of one case with digits.
"""


def find_literals(text: str) -> Iterator[tuple[int, str]]:
    """Yield line number and description of each suspicious literal; never the literal itself."""
    if "-----BEGIN" in text:
        text = re.sub(_CERTIFICATE, lambda match: "\n" * match[0].count("\n"), text)
    for mark, (form, what) in _FORMS.items():
        if mark in text:
            for match in re.finditer(form, text):
                yield text.count("\n", 0, match.start()) + 1, what
    data = text.encode()
    mask = data.translate(_MASK)
    start = mask.find(_NEEDLE)
    while start >= 0:
        end = mask.find(b" ", start)
        end = len(data) if end < 0 else end
        word = data[start:end].decode("ascii")
        if is_random(word) and not _DIGEST.search(data, max(0, start - 8), start):
            yield data.count(b"\n", 0, start) + 1, f"a random-looking literal of {end - start}"
        start = mask.find(_NEEDLE, end)


@lru_cache(maxsize=4096)
def is_random(word: str) -> bool:
    """Tell whether a word of letters, digits, +, - and _ looks as if drawn by chance."""
    if _DIGITS.isdisjoint(word) or _KNOWN_ID.fullmatch(word):
        return False
    runs = _RUNS.findall(word)
    size = sum(map(len, runs))
    if size < SHORTEST:
        return False
    if _HEXADECIMAL.fullmatch(word):
        return size >= HEXADECIMAL and not word.isdigit()
    plain = word.isalnum() and (word.islower() or word.isupper()) and size >= SHORTEST_PLAIN
    return size / len(runs) < (PLAIN_RUN_LENGTH if plain else RUN_LENGTH)
