"""In which order views with a timer are refreshed by hand, so that each sees what it reads already refreshed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

_ENDING = re.compile(r"(_rows)?_mv$|_feed_[ab]$")
"""What a timed view's name has besides that of its model."""

_WORD = re.compile(r"\w+")
_BESIDE = re.compile(r"_(fields|copies|rows)$")
"""What the name of a view has that shows a model's rows to other models."""


def in_order(
    timed: Mapping[str, str], plain: Mapping[str, str] = MappingProxyType({})
) -> list[str]:
    """Return timed views, each after those whose models it reads, be it through plain views.

    Args:
        timed: name to the statement that creates it.
        plain: name to statement of views without a timer.
    """
    model = {_ENDING.sub("", name): name for name in timed}
    reads = {name: _reached(name, timed, plain, model) for name in timed}
    ordered: list[str] = []
    while len(ordered) < len(timed):
        left = [name for name in sorted(timed) if name not in ordered]
        # were they to read each other, there would be no right order, and any is as good
        ordered += [name for name in left if reads[name] <= set(ordered)] or left
    return ordered


def _reached(
    name: str, timed: Mapping[str, str], plain: Mapping[str, str], model: Mapping[str, str]
) -> set[str]:
    """Return the other timed views whose models a timed view reads."""
    found: set[str] = set()
    seen, left = set(), [timed[name]]
    while left:
        for word in set(_WORD.findall(left.pop())) - seen:
            seen.add(word)
            bare = _BESIDE.sub("", word)
            if bare in model:
                found.add(model[bare])
            if word in plain:
                left.append(plain[word])
    return found - {name}
