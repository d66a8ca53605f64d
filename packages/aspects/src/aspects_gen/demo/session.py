"""One visit of one person to one course: an ordered list of what is to be stated."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

from aspects_gen.demo.campus import Person
from aspects_gen.demo.course import Block, Course, Sequence
from aspects_gen.demo.moments import SECOND
from aspects_gen.demo.statements import CourseParts, make_extensions

Json = dict[str, Any]

Planned = tuple[int, Person, str, tuple[Json, Json, Json | None], str]
"""Moment, person, verb, parts and child of a statement that is not made yet."""


@dataclass(slots=True)
class Enrollment:
    """What one person has done in one course so far.

    Attributes:
        mode: audit or verified; empty before the first enrollment.
        next_sequence: how far the person has come.
        attempts: tries per problem's usage key.
        scores: share of points per problem's usage key.
        watched: usage keys of finished videos.
    """

    person: Person
    course: int
    ability: float
    mode: str = ""
    active: bool = False
    passed: bool | None = None
    next_sequence: int = 0
    attempts: dict[str, int] = field(default_factory=dict)
    scores: dict[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class Session:
    """A visit under way.

    Attributes:
        moment: where its clock stands; statements never share a moment.
        planned: what it states, in order.
    """

    rng: Random
    id: str
    moment: int
    enrollment: Enrollment
    course: Course
    parts: CourseParts
    blocks: tuple[Block, ...]
    sequences: tuple[Sequence, ...]
    planned: list[Planned] = field(default_factory=list)

    @property
    def person(self) -> Person:
        """Return who visits."""
        return self.enrollment.person

    def wait(self, least: float, most: float) -> None:
        """Let seconds pass: at least a thousandth, so that moments differ."""
        seconds = least + (most - least) * self.rng.random()
        self.moment += max(1000, int(seconds * SECOND))

    def state(
        self,
        verb: str,
        item: Json,
        context: Json | None,
        result: Json | None = None,
        *,
        child: str = "",
    ) -> None:
        """Plan a statement now.

        Args:
            context: None for the usual one, within the course.
            child: input id of one of several questions.
        """
        if context is None:
            context = self.parts.context(self.id)
        self.planned.append((self.moment, self.person, verb, (item, context, result), child))

    def state_of_course(self, verb: str, item: Json) -> None:
        """Plan a statement about the course itself, which has no parent."""
        self.state(verb, item, {"extensions": make_extensions(self.id)})
