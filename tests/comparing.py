"""Values of a relation, computed in Python and read from the engine, in one form that tests compare."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from aspects_gen.demo.truths.values import as_float32


def plain(value):
    """Return a computed value as JSON shows it."""
    if isinstance(value, datetime):
        return value.isoformat(" ", timespec="microseconds" if value.microsecond else "seconds")
    if isinstance(value, date | UUID):
        return str(value)
    return float(value) if isinstance(value, Decimal) else value


def read_back(value, kind):
    """Return what the engine's JSON says, as `plain` would."""
    if kind == "Float32":
        return as_float32(float(value))
    if kind.startswith("DateTime64(6"):
        return value.removesuffix(".000000")
    if kind.startswith("Decimal"):
        return float(value)
    return int(value) if kind in ("Int64", "UInt64") else value
