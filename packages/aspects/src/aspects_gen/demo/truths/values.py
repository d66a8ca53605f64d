"""Reading values out of statements and records the way that columns are described."""

from __future__ import annotations

import json
import struct
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

Json = Any
"""Anything that JSON can hold; numbers with a fraction are Decimal, so that no digit is lost."""


def read_json(text: str) -> dict[str, Json] | None:
    """Return the object that a text is; None when it is anything else."""
    try:
        value = json.loads(text, parse_float=Decimal, parse_constant=_refuse)
        if "\\ud" in text.lower():
            # half of a surrogate pair is no character, which Python lets pass and engines do not
            json.dumps(value, ensure_ascii=False, default=str).encode()
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _refuse(word: str) -> None:
    """Refuse NaN and Infinity, which are not JSON."""
    raise ValueError(word)


def find(body: Json, *path: str | int) -> Json:
    """Return what stands at a path, or None."""
    for step in path:
        if isinstance(step, int):
            if not isinstance(body, list) or len(body) <= step:
                return None
            body = body[step]
        else:
            if not isinstance(body, dict):
                return None
            body = body.get(step)
    return body


def find_text(body: Json, *path: str | int) -> str:
    """Return a scalar as text; empty for nothing, null, lists and objects."""
    value = find(body, *path)
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return str(value)
    return ""


def find_integer(body: Json, *path: str | int) -> int:
    """Return a number or the text of one without its fraction; 0 for anything else."""
    value = find(body, *path)
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | Decimal):
        return int(value)
    if isinstance(value, str):
        try:
            return int(value)
        except ValueError:
            return 0
    return 0


def find_float(body: Json, *path: str | int) -> float:
    """Return a number, rounded once to a Float32; 0 for anything else."""
    value = find(body, *path)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return 0.0
    return as_float32(float(value))


def as_float32(number: float) -> float:
    """Return a number as a Float32 column holds it."""
    rounded: float = struct.unpack("<f", struct.pack("<f", number))[0]
    return rounded


def as_decimal(text: str) -> Decimal:
    """Return a text as a number with two digits, the others cut off; 0 when it is none."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return Decimal(0)
    return (
        number.quantize(Decimal("0.01"), rounding="ROUND_DOWN")
        if number.is_finite()
        else Decimal(0)
    )


def read_moment(text: str | datetime) -> datetime:
    """Return a moment in UTC, without zone, from ISO text or a datetime."""
    moment = datetime.fromisoformat(text) if isinstance(text, str) else text
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def as_seconds(moment: datetime) -> datetime:
    """Return a moment as a DateTime column holds it: whole seconds."""
    return moment.replace(microsecond=0)
