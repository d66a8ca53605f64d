"""How problems are named and numbered."""

from __future__ import annotations

import re

from aspects_gen.demo.truths.courses import SEPARATOR

PAD = "\x08"
"""What numbers are padded with: the byte that upstream's char(917768) leaves."""

_PROBLEM = re.compile(r"xblock/([^/]*@problem\+block@[^_/]+)")
_PART = re.compile(r"@problem\+block@[^_/]+_([0-9])")


def find_problem(object_id: str) -> str:
    """Return the usage key of the problem that an address is about; empty for none."""
    found = _PROBLEM.search(object_id)
    return found[1] if found else ""


def pad_number(place: str) -> str:
    """Return a location with each of its numbers at least two characters wide."""
    return ":".join(number.rjust(2, PAD) for number in place.split(":"))


def number_problem(object_id: str, display_name: str) -> tuple[str, str]:
    """Return problem_number and problem_name_location of a problem or one of its parts."""
    found = _PART.search(object_id)
    part = found[1] if found else "1"
    place, _, name = display_name.partition(SEPARATOR)
    number = f"{pad_number(place)}_{part}"
    return number, f"{number}{SEPARATOR}{name}"


def shorten(block_id: str) -> str:
    """Return the id of a block: the text after the last `@` of its usage key, empty without one.

    Usage keys of custom courses hold one `@` more than others, so counting from the left would
    give all their problems one name.
    """
    _, at, name = block_id.rpartition("@")
    return name if at else ""
