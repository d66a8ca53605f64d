"""Kubernetes quantities as numbers.

Source: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
"""

from __future__ import annotations

_DECIMAL = {"m": 1e-3, "": 1.0, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18}
_BINARY = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "Pi": 2**50, "Ei": 2**60}
UNITS = {**_DECIMAL, **_BINARY}
"""Suffix -> what it multiplies by."""


def parse_quantity(text: object) -> float | None:
    """Return a quantity's number (cores or bytes); None for what is no quantity."""
    number = str(text).rstrip("mkMGTPEi")
    unit = str(text)[len(number) :]
    plain = number.replace(".", "", 1)
    if unit not in UNITS or not (plain.isascii() and plain.isdigit()):
        return None
    return float(number) * UNITS[unit]
