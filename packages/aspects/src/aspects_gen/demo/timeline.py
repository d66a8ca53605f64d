"""The whole campus in time order, as a stream: open visits are all that is kept."""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterator
from itertools import pairwise

from aspects_gen.demo.campus import Campus
from aspects_gen.demo.chance import make_chance
from aspects_gen.demo.course import Sequence, find_sequences
from aspects_gen.demo.malformed import Spoiler
from aspects_gen.demo.moments import DAY, HOUR, format_stamp
from aspects_gen.demo.session import Enrollment, Planned, Session
from aspects_gen.demo.statements import CourseParts, make_statement
from aspects_gen.demo.visiting import visit

Event = tuple[str, str, str]
"""Id, moment as `YYYY-MM-DD hh:mm:ss.ffffff` in UTC, and the text of a statement."""

RHYTHM = ((0.0, 0.0), (0.05, 0.27), (0.4, 0.5), (0.65, 0.75), (0.95, 0.95), (1.0, 1.0))
"""How a day passes: share of its visits begun, and the share of the day gone by then."""

QUIET_END = 2 * HOUR
"""No visit begins in the last two hours, so that nearly all end within the days asked for."""

_ENCODER = json.JSONEncoder(ensure_ascii=False)


def stream_events(campus: Campus, count: int, malformed: float = 0.0) -> Iterator[Event]:
    """Yield exactly so many events in time order.

    Args:
        malformed: share of statements that are spoilt, 0 to 1.
    """
    spoiler = Spoiler(make_chance("malformed", campus.seed), malformed)
    encode = _ENCODER.encode
    for moment, person, verb, parts, child in _merge(campus, count):
        statement = make_statement(person, verb, moment, parts, child)
        identity = statement["id"]
        text = spoiler.spoil(statement) if spoiler.strikes() else encode(statement)
        yield identity, format_stamp(moment, " "), text


def _merge(campus: Campus, count: int) -> Iterator[Planned]:
    """Yield what the visits state in time order, each visit waiting until its time has come."""
    waiting: list[tuple[int, int, Planned]] = []
    visits = Visits(campus)
    planned = given = 0
    while given < count:
        begins = visits.begin_at(planned / count) if planned < count else None
        while waiting and given < count and (begins is None or waiting[0][0] < begins):
            given += 1
            yield heapq.heappop(waiting)[2]
        if begins is not None:
            for item in visits.make(begins):
                planned += 1
                heapq.heappush(waiting, (item[0], planned, item))


class Visits:
    """Who comes next, to which course, and what they do there."""

    def __init__(self, campus: Campus) -> None:
        self._campus = campus
        self._rng = make_chance("visits", campus.seed)
        self._parts = [CourseParts(course) for course in campus.courses]
        self._sequences: dict[tuple[int, int], tuple[Sequence, ...]] = {}
        self._enrollments: dict[tuple[int, int], Enrollment] = {}
        self._busy_until: dict[int, int] = {}

    def begin_at(self, share: float) -> int:
        """Return when the next visit begins, once a share of all statements is planned."""
        span = max(HOUR, self._campus.days * DAY - QUIET_END)
        day, rest = divmod(int(span * share), DAY)
        return self._campus.start + day * DAY + int(_follow(rest / DAY) * DAY)

    def make(self, moment: int) -> list[Planned]:
        """Return what one visit that begins at a moment states."""
        enrollment = self._choose(moment)
        share = (moment - self._campus.start) / (self._campus.days * DAY)
        course = self._campus.courses[enrollment.course]
        number = min(len(course.publications) - 1, int(share * len(course.publications)))
        session = Session(
            rng=self._rng,
            id=f"{self._rng.getrandbits(128):032x}",
            moment=max(moment, self._busy_until.get(enrollment.person.number, 0) + 1_000_000)
            + self._rng.randrange(1000),
            enrollment=enrollment,
            course=course,
            parts=self._parts[enrollment.course],
            blocks=course.publications[number],
            sequences=self._open(enrollment.course, number),
        )
        visit(session)
        self._busy_until[enrollment.person.number] = session.moment
        return session.planned

    def _choose(self, moment: int) -> Enrollment:
        """Return who comes: few come often, many seldom; who is still here does not come again."""
        rng, people = self._rng, self._campus.people
        number = 0
        for _ in range(8):
            number = int(len(people) * rng.random() ** 2)
            if self._busy_until.get(people[number].number, 0) < moment:
                break
        course = (number * 7 + int(3 * rng.random() ** 2)) % len(self._campus.courses)
        key = (number, course)
        if key not in self._enrollments:
            self._enrollments[key] = Enrollment(people[number], course, 0.25 + 0.6 * rng.random())
        return self._enrollments[key]

    def _open(self, course: int, number: int) -> tuple[Sequence, ...]:
        key = (course, number)
        if key not in self._sequences:
            blocks = self._campus.courses[course].publications[number]
            self._sequences[key] = find_sequences(blocks)
        return self._sequences[key]


def _follow(share: float) -> float:
    """Return how much of a day has gone when a share of its visits has begun."""
    for (left, low), (right, high) in pairwise(RHYTHM):
        if share <= right:
            return low + (high - low) * (share - left) / (right - left)
    return 1.0
