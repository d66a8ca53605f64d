"""ClickHouse's SQL clauses among the settings: TTL and REFRESH expressions, as numbers with units."""

from __future__ import annotations

import re

from aspects_gen.tutor.outcome import Noted, UnmappableError

LONGEST_MONTHS = 120
"""Longest retention that the values take."""

_UNITS = "SECOND|MINUTE|HOUR|DAY|WEEK|MONTH|QUARTER|YEAR"
_INTERVAL = re.compile(
    rf"\+\s*(?:INTERVAL\s+'?([0-9]{{1,9}})'?\s*({_UNITS})S?\b|toInterval({_UNITS})\(\s*([0-9]{{1,9}})\s*\))\s*",
    re.IGNORECASE,
)
_COLUMN = re.compile(
    r"^\s*(?:toDate(?:Time)?\(\s*emission_time\s*\)|emission_time)\s*", re.IGNORECASE
)
_ADD = re.compile(
    rf"^\s*add({_UNITS})s\(\s*(?:toDate(?:Time)?\(\s*emission_time\s*\)|emission_time)\s*,\s*([0-9]{{1,9}})\s*\)\s*$",
    re.IGNORECASE,
)
_PERIOD = re.compile(r"([0-9]{1,9})\s+(SECOND|MINUTE|HOUR|DAY|WEEK)S?\b\s*", re.IGNORECASE)
_REFRESH = re.compile(r"^\s*(EVERY|AFTER)\s+((?:[0-9]{1,9}\s+[A-Z]+\s*)+)$", re.IGNORECASE)

_MONTHS = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}
_SECONDS = {"SECOND": 1, "MINUTE": 60, "HOUR": 3600, "DAY": 86400, "WEEK": 604800}

_BY_HAND = "set aspects.retentionMonths to whole months"


def retention_months(expression: str) -> int | Noted:
    """Return the months that a TTL expression keeps events.

    Days and weeks are rounded up to whole months: partitions are monthly. No expression means for ever, which
    becomes the longest retention there is.

    Raises:
        UnmappableError: the expression is not emission_time plus intervals.
    """
    if not expression.strip():
        text = (
            "ASPECTS_DATA_TTL_EXPRESSION was empty, so events were kept for ever; "
            f"here they are kept {LONGEST_MONTHS} months at most"
        )
        return Noted(LONGEST_MONTHS, text)
    months, seconds = _sum_intervals(expression)
    if months + seconds == 0:
        raise UnmappableError("the TTL expression keeps nothing", _BY_HAND)
    # 12 months are at least 365 days; rounding up never keeps less than was asked
    whole = months + -(-seconds * 12 // (365 * 86400))
    if whole > LONGEST_MONTHS:
        text = (
            f"ASPECTS_DATA_TTL_EXPRESSION kept events {whole} months; "
            f"here they are kept {LONGEST_MONTHS} months at most"
        )
        return Noted(LONGEST_MONTHS, text)
    if seconds:
        text = f"ASPECTS_DATA_TTL_EXPRESSION is rounded up to whole months: {whole}"
        return Noted(whole, text)
    return whole


def _sum_intervals(expression: str) -> tuple[int, int]:
    """Return (months, seconds) of a TTL expression."""
    added = _ADD.match(expression)
    if added:
        return _amount(added[1], int(added[2]))
    column = _COLUMN.match(expression)
    place = column.end() if column else 0
    months = seconds = 0
    while column and place < len(expression):
        interval = _INTERVAL.match(expression, place)
        if not interval:
            break
        more = _amount(interval[2] or interval[3], int(interval[1] or interval[4]))
        months, seconds, place = months + more[0], seconds + more[1], interval.end()
    if not column or place < len(expression):
        raise UnmappableError("the TTL expression is not emission_time plus an interval", _BY_HAND)
    return months, seconds


def _amount(unit: str, count: int) -> tuple[int, int]:
    unit = unit.upper()
    return count * _MONTHS.get(unit, 0), count * _SECONDS.get(unit, 0)


def refresh_minutes(clause: str) -> int | Noted:
    """Return the minutes between refreshes of a REFRESH clause, rounded up to whole minutes.

    Raises:
        UnmappableError: the clause is no plain EVERY or AFTER.
    """
    match = _REFRESH.match(clause)
    seconds = period_seconds(match[2]) if match else 0
    if not match or not seconds:
        raise UnmappableError(
            "the refresh clause is not EVERY and a period", "set minutes by hand"
        )
    minutes = -(-seconds // 60)
    if match[1].upper() == "AFTER":
        return Noted(
            minutes, "a refresh that ran some time AFTER the last one now runs by the clock"
        )
    if seconds % 60:
        return Noted(minutes, f"refreshes are rounded up to whole minutes: {minutes}")
    return minutes


def period_seconds(text: str) -> int:
    """Return the seconds of `1 HOUR 30 MINUTE`, 0 when the text is no period."""
    seconds, place = 0, 0
    text = text.strip()
    while place < len(text):
        match = _PERIOD.match(text, place)
        if not match:
            return 0
        seconds, place = seconds + int(match[1]) * _SECONDS[match[2].upper()], match.end()
    return seconds
