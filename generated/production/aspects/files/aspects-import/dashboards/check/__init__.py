"""What is wrong with sources: every problem as `FILE: KEY: what was found, what is expected`."""

from __future__ import annotations

from ..catalogue import Relations
from ..sources import Sources
from .access import access_problems
from .columns import column_problems
from .identity import identity_problems
from .references import reference_problems
from .scopes import scope_problems
from .shapes import shape_problems

__all__ = ["find_problems"]


def find_problems(sources: Sources, relations: Relations | None = None) -> list[str]:
    """Return every problem, sorted by file; those of shape first, since the rest builds on it.

    Args:
        sources: path to content.
        relations: what the models make, see `read_relations`; None where nobody knows.
    """
    if shapes := sorted(shape_problems(sources)):
        return shapes
    if references := sorted([*identity_problems(sources), *reference_problems(sources)]):
        return references
    return sorted(
        [
            *scope_problems(sources),
            *column_problems(sources, relations),
            *access_problems(sources),
        ]
    )
