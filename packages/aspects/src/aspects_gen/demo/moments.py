"""Moments as microseconds since 1970 UTC, and their texts: no clock is read here."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

SECOND = 1_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR

_EPOCH = date(1970, 1, 1)


def read_day(text: str) -> int:
    """Return the first moment of a day written YYYY-MM-DD; ValueError otherwise."""
    return (date.fromisoformat(text) - _EPOCH).days * DAY


@lru_cache(maxsize=64)
def _day_text(day: int) -> str:
    return (_EPOCH + timedelta(days=day)).isoformat()


def format_stamp(moment: int, between: str = "T") -> str:
    """Return the day, a separator and the time with six digits of a second."""
    day, rest = divmod(moment, DAY)
    seconds, micro = divmod(rest, SECOND)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{_day_text(day)}{between}{hour:02d}:{minute:02d}:{second:02d}.{micro:06d}"


def format_record_time(moment: int) -> str:
    """Return the text that event sinks write: Python's own form of an aware datetime."""
    seconds, micro = divmod(moment, SECOND)
    return str(datetime.fromtimestamp(seconds, UTC).replace(microsecond=micro))
