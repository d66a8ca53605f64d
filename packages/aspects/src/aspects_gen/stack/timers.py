"""In which order views with a timer are refreshed by hand, so that each sees what it reads already refreshed."""

from __future__ import annotations

import re
from collections.abc import Mapping

_ENDING = re.compile(r"(_rows)?_mv$|_feed_[ab]$")
"""What a view's name has besides that of its model."""


def in_order(views: Mapping[str, str]) -> list[str]:
    """Return views, each after those whose models it reads.

    Args:
        views: name to the statement that creates it.
    """
    model = {name: _ENDING.sub("", name) for name in views}
    reads = {
        name: {
            other
            for other in views
            if other != name and re.search(rf"\b{model[other]}(_fields|_copies)?\b", text)
        }
        for name, text in views.items()
    }
    ordered: list[str] = []
    while len(ordered) < len(views):
        left = [name for name in sorted(views) if name not in ordered]
        # were they to read each other, there would be no right order, and any is as good
        ordered += [name for name in left if reads[name] <= set(ordered)] or left
    return ordered
