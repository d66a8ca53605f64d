"""Query parameters (`param_x`): values for `{x:Type}` in a statement, with dates in a form the engine reads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from aspects_gen.engine.statement import clauses


def query_parameters(sql: bytes, given: Mapping[str, str]) -> dict[str, str]:
    """Return parameters with each value for a date-time turned into what the engine reads.

    The engine refuses a time zone (`Z`, `+00:00`) in such a value, whatever date_time_input_format
    says; clients send them. Seconds since 1970 mean the same in every type and session zone.
    """
    if not given:
        return {}
    types = _declared(sql.decode("latin-1"))
    return {
        name: _readable(value, types[name]) if "DateTime" in types.get(name, "") else value
        for name, value in given.items()
    }


def _declared(text: str) -> dict[str, str]:
    """Return the type that the statement declares for each parameter."""
    parts = clauses(text)
    found: dict[str, str] = {}
    name, start = "", 0
    for place, part in enumerate(parts):
        if part.text == "{" and [p.text for p in parts[place + 2 : place + 3]] == [":"]:
            name, start = parts[place + 1].text, parts[place + 2].token.end
        elif part.text == "}" and name:
            found[name] = text[start : part.token.start]
            name = ""
    return found


def _readable(value: str, declared: str) -> str:
    """Return a date-time, or a list of quoted ones, without time zones."""
    if not value.startswith("["):
        return _seconds(value, declared)
    pieces = value.split("'")
    if len(pieces) < 3:
        return value
    for place in range(1, len(pieces), 2):
        moment = _seconds(pieces[place], declared)
        pieces[place] = moment if moment != pieces[place] else f"'{moment}'"
    return "".join(pieces)


def _seconds(value: str, declared: str) -> str:
    """Return a moment that bears a time zone as seconds since 1970; any other text as it is."""
    if not value.endswith("Z") and not ({"+", "-"} & set(value[10:])):
        return value
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    if moment.tzinfo is None:
        return value
    past = moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    whole = past.days * 86_400 + past.seconds
    if whole < 0:
        return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ")
    return f"{whole}.{past.microseconds:06d}" if "DateTime64" in declared else str(whole)
