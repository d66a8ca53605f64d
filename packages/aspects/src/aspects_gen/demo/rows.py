"""Rows as the LMS's event sinks write them: a row for each time that something changed."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from random import Random

from aspects_gen.demo.campus import Campus, Person
from aspects_gen.demo.chance import make_chance
from aspects_gen.demo.course import Block, Course
from aspects_gen.demo.moments import DAY, HOUR, SECOND, format_record_time
from aspects_gen.demo.words import COUNTRIES, LANGUAGES

Value = str | int | bool | None
Row = tuple[Value, ...]
"""Values in the order of the table's columns; dates are texts, None an empty field."""


def stream_rows(campus: Campus, table: str) -> Iterator[Row]:
    """Yield the rows of one table, oldest first for each object; KeyError for another table."""
    return _WRITERS[table](campus, make_chance("rows", campus.seed, table))


def publication_time(campus: Campus, course: Course, number: int) -> int:
    """Return when a publication was dumped: the first before the first visit."""
    share = number / len(course.publications)
    moment = campus.start + int(campus.days * DAY * share) + course.number * SECOND
    return moment - HOUR * 12 if number == 0 else moment


def _dump(rng: Random, moment: int) -> tuple[str, str]:
    """Return the two columns that end every row."""
    return str(uuid.UUID(int=rng.getrandbits(128), version=4)), format_record_time(moment)


def _course_dump(course: Course, number: int, moment: int) -> tuple[str, str]:
    """Return the id and time that a course's overview and blocks share."""
    name = f"https://example.com/{course.key}/{number}/{moment}"
    return str(uuid.uuid5(uuid.NAMESPACE_URL, name)), format_record_time(moment)


def _overviews(campus: Campus, _rng: Random) -> Iterator[Row]:
    for course in campus.courses:
        for number in range(len(course.publications)):
            moment = publication_time(campus, course, number)
            yield _overview(campus, course, number, moment)
        # tagging dumps the course again although nobody modified it
        yield _overview(campus, course, number, moment, later=60 * SECOND)


def _overview(campus: Campus, course: Course, number: int, moment: int, later: int = 0) -> Row:
    name = course.name if number else f"{course.name} (draft)"
    tags = list(course.tags) if number or later else list(course.tags[:1])
    data = {
        "advertised_start": None,
        "lowest_passing_grade": 0.5,
        "invitation_only": False,
        "effort": "3 hours a week",
        "language": "en",
        "tags": tags,
    }
    start, end = campus.start, campus.start + campus.days * DAY
    return (
        course.org,
        course.key,
        name,
        format_record_time(start),
        format_record_time(end),
        format_record_time(start - 30 * DAY),
        "",
        course.number % 2 == 0,
        json.dumps(data),
        format_record_time(start - 60 * DAY),
        format_record_time(moment - 5 * SECOND),
        *_course_dump(course, number, moment + later),
    )


def _blocks(campus: Campus, _rng: Random) -> Iterator[Row]:
    for course in campus.courses:
        last = len(course.publications) - 1
        for number, blocks in enumerate(course.publications):
            moment = publication_time(campus, course, number)
            for block in blocks:
                yield _block(course, block, number, moment)
        for block in course.publications[last]:
            yield _block(course, block, last, moment, later=60 * SECOND)


def _block(course: Course, block: Block, number: int, moment: int, later: int = 0) -> Row:
    section, subsection, unit = block.place
    data = {
        "course": course.key,
        "run": course.run,
        "block_type": block.kind,
        "detached": int(block.detached),
        "graded": int(block.graded),
        "completion_mode": "completable" if unit else "aggregator",
        "section": section,
        "subsection": subsection,
        "unit": unit,
        "tags": [],
    }
    return (
        course.org,
        course.key,
        block.key,
        block.name,
        json.dumps(data),
        block.order,
        format_record_time(moment - 5 * SECOND),
        *_course_dump(course, number, moment + later),
    )


def _enrollments(campus: Campus, rng: Random) -> Iterator[Row]:
    for person in campus.people:
        course = campus.courses[person.number % len(campus.courses)]
        created = campus.start + rng.randrange(DAY)
        for change in range(rng.choices((1, 2), (4, 1))[0]):
            yield (
                person.number,
                course.key,
                format_record_time(created),
                change == 0,
                "audit",
                person.username,
                person.number,
                *_dump(rng, created + change * DAY),
            )


def _profiles(campus: Campus, rng: Random) -> Iterator[Row]:
    for person in campus.people:
        moment = campus.start - rng.randrange(30 * DAY)
        yield _profile(rng, person, person.name.split()[0], moment)
        yield _profile(rng, person, person.name, moment + DAY)


def _profile(rng: Random, person: Person, name: str, moment: int) -> Row:
    return (
        person.number,
        person.number,
        name,
        person.username,
        person.email,
        "",
        "course.xml",
        rng.choice(LANGUAGES),
        "",
        str(rng.randint(1950, 2010)),
        rng.choice(("m", "f", "o", "")),
        rng.choice(("p", "m", "b", "hs", "")),
        "",
        "",
        rng.choice(COUNTRIES),
        "",
        "To learn.",
        "",
        "",
        "",
        *_dump(rng, moment),
    )


def _external_ids(campus: Campus, rng: Random) -> Iterator[Row]:
    for person in campus.people:
        if not person.uses_email:
            moment = campus.start - rng.randrange(30 * DAY)
            identity = (person.external_id, "xapi", person.username, person.number)
            yield (*identity, *_dump(rng, moment))


def _tags(campus: Campus, rng: Random) -> Iterator[Row]:
    for tag in campus.tags:
        for change, value in enumerate((tag.value.lower(), tag.value)):
            yield (
                tag.number,
                tag.taxonomy,
                tag.parent or None,
                value,
                "",
                json.dumps(list(tag.lineage)),
                *_dump(rng, campus.start - (40 - change) * DAY),
            )


def _taxonomies(campus: Campus, rng: Random) -> Iterator[Row]:
    for number, name in enumerate(campus.taxonomies, 1):
        yield (number, f"{name} (new)", *_dump(rng, campus.start - 50 * DAY))
        yield (number, name, *_dump(rng, campus.start - 49 * DAY))


def _object_tags(campus: Campus, rng: Random) -> Iterator[Row]:
    tags = {tag.number: tag for tag in campus.tags}
    number = 0
    for course in campus.courses:
        for tag in (tags[key] for key in course.tags):
            number += 1
            yield (
                number,
                course.key,
                tag.taxonomy,
                tag.number,
                tag.value,
                campus.taxonomies[tag.taxonomy - 1].lower(),
                json.dumps(list(tag.lineage)),
                *_dump(rng, campus.start - 20 * DAY),
            )


_WRITERS: dict[str, Callable[[Campus, Random], Iterator[Row]]] = {
    "course_overviews": _overviews,
    "course_blocks": _blocks,
    "course_enrollment": _enrollments,
    "user_profile": _profiles,
    "external_id": _external_ids,
    "tag": _tags,
    "taxonomy": _taxonomies,
    "object_tag": _object_tags,
}
