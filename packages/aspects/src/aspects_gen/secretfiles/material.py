"""The values of Secrets: generated, or carried over from files. They go into files and nowhere else."""

from __future__ import annotations

import secrets
import string
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

from aspects_gen.errors import UsageError
from aspects_gen.secretfiles.demand import Demand

LETTERS = string.ascii_letters + string.digits
"""Characters of passwords: none that a shell, URL, XML or SQL text would have to escape."""

MAX_BYTES = 1 << 20
"""What Kubernetes lets one Secret hold. Source: Kubernetes documentation, Secrets, read 2026-11."""


def generate_value(rule: str) -> str:
    """Return a new random value.

    Args:
        rule: `password:N` for N letters and digits, `hex:N` for N hexadecimal characters.

    Raises:
        ValueError: another rule (a defect of the service that declares it).
    """
    kind, _, count = rule.partition(":")
    alphabet = {"password": LETTERS, "hex": "0123456789abcdef"}.get(kind)
    if alphabet is None:
        raise ValueError(f"unknown rule {rule!r}")
    return "".join(secrets.choice(alphabet) for _ in range(int(count)))


def describe_rule(rule: str) -> str:
    """Return in words what is generated for a key."""
    if not rule:
        return "no, you supply it"
    kind, _, count = rule.partition(":")
    what = {"password": "letters and digits", "hex": "hexadecimal characters"}.get(kind, kind)
    return f"{count} {what}"


def read_carried(texts: Iterable[str], demands: Iterable[Demand]) -> dict[str, str]:
    """Return the values that the operator hands over: NAME/KEY -> value.

    A single line loses the newline that editors put at its end; several lines stay as they are.

    Args:
        texts: `NAME/KEY=PATH` each.
        demands: the keys there are.

    Raises:
        UsageError: not of that form, no such key, or the file cannot be used.
    """
    known = {demand.name for demand in demands}
    carried: dict[str, str] = {}
    for text in texts:
        name, equals, path = text.partition("=")
        if not equals or not path:
            raise UsageError(
                f"--from-file {text}: this is not of the form NAME/KEY=PATH\n"
                "  = fix: name Secret and key, then the file that holds the value"
            )
        if name not in known:
            raise UsageError(
                f"--from-file {text}: no Secret has the key {name}\n  = fix: {_near(name, known)}"
            )
        if name in carried:
            raise UsageError(
                f"--from-file {text}: {name} is given twice\n  = fix: give each key once"
            )
        carried[name] = _read(Path(path))
    return carried


def _near(name: str, known: set[str]) -> str:
    near = get_close_matches(name, sorted(known), n=1)
    if near:
        return f"did you mean {near[0]}?"
    return "the same command without --generate lists them"


def _read(path: Path) -> str:
    def refuse(problem: str, fix: str) -> UsageError:
        return UsageError(f"{path}: {problem}\n  = fix: {fix}")

    try:
        raw = path.read_bytes()
    except OSError as error:
        raise refuse(f"cannot be read: {error.strerror}", "check the path") from None
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise refuse("this is not text in UTF-8", "encode the value as text") from None
    if len(raw) > MAX_BYTES:
        raise refuse("this is too large for a Secret", f"keep it under {MAX_BYTES} bytes")
    if text.count("\n") == 1:
        text = text.removesuffix("\n").removesuffix("\r")
    if not text.strip():
        raise refuse("this file holds no value", "write the value into it")
    if "\x00" in text:
        raise refuse("this holds a zero byte", "write the value as text")
    return text
