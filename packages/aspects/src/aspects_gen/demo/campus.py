"""A campus before anyone comes: organisations, courses in several publications, people, tags.

Everything derives from a seed; equal seeds and sizes give equal campuses.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from random import Random

from aspects_gen.demo.chance import make_chance
from aspects_gen.demo.course import Course, make_course
from aspects_gen.demo.words import FIRST_NAMES, LAST_NAMES, ORGANISATIONS

EMAIL_SHARE = 0.15
"""Share of people whose statements name an email address instead of an account."""

TAXONOMIES = (
    ("Skills", ("Analysis", "Writing", "Teamwork", "Proof", "Design")),
    ("Level", ("Introductory", "Intermediate", "Advanced")),
    ("Themes", ("Energy", "Health", "Cities", "Analysis")),
)


@dataclass(frozen=True, slots=True)
class Person:
    """Someone with an account.

    Attributes:
        number: the account's id, from 1.
        external_id: the random id in statements, lower-case UUID text.
        uses_email: the statements name `mailto:` and the email instead.
    """

    number: int
    username: str
    name: str
    email: str
    external_id: str
    uses_email: bool


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag of a taxonomy; `parent` is a tag's number or 0."""

    number: int
    taxonomy: int
    value: str
    parent: int
    lineage: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Campus:
    """All that exists before the first visit.

    Attributes:
        start: first moment, microseconds since 1970 UTC.
        days: how many days it lasts.
    """

    seed: int
    start: int
    days: int
    courses: tuple[Course, ...]
    people: tuple[Person, ...]
    tags: tuple[Tag, ...]
    taxonomies: tuple[str, ...] = field(default=tuple(name for name, _ in TAXONOMIES))


def make_campus(seed: int, *, start: int, days: int, courses: int, learners: int) -> Campus:
    """Return a campus of the given sizes; at least one course and one learner."""
    rng = make_chance("campus", seed)
    tags = _make_tags()
    numbers = tuple(tag.number for tag in tags)
    return Campus(
        seed=seed,
        start=start,
        days=days,
        courses=tuple(
            make_course(rng, number, ORGANISATIONS[number % len(ORGANISATIONS)], numbers)
            for number in range(max(1, courses))
        ),
        people=tuple(_make_person(rng, number) for number in range(1, max(1, learners) + 1)),
        tags=tags,
    )


def _make_person(rng: Random, number: int) -> Person:
    first, last = rng.choice(FIRST_NAMES), rng.choice(LAST_NAMES)
    username = f"learner{number:06d}"
    return Person(
        number=number,
        username=username,
        name=f"{first} {last}",
        email=f"{username}@example.com",
        external_id=str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        uses_email=rng.random() < EMAIL_SHARE,
    )


def _make_tags() -> tuple[Tag, ...]:
    tags: list[Tag] = []
    for taxonomy, (_, values) in enumerate(TAXONOMIES, 1):
        root = len(tags) + 1
        for value in values:
            number = len(tags) + 1
            parent = 0 if number == root else root
            lineage = (value,) if parent == 0 else (values[0], value)
            tags.append(Tag(number, taxonomy, value, parent, lineage))
    return tuple(tags)
