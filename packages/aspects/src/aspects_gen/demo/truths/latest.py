"""Which of several events about one learner in one course is the latest."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID


class LearnerEvent(Protocol):
    """An event about a learner in a course."""

    @property
    def event_id(self) -> UUID:
        """Return the id."""

    @property
    def emission_time(self) -> datetime:
        """Return when it was."""

    @property
    def org(self) -> str:
        """Return the organisation."""

    @property
    def course_key(self) -> str:
        """Return the course."""

    @property
    def actor_id(self) -> str:
        """Return the learner."""


Event = TypeVar("Event", bound=LearnerEvent)


def keep_latest(events: Iterable[Event]) -> list[Event]:
    """Return the latest event of each organisation, course and learner."""
    latest: dict[tuple[str, str, str], Event] = {}
    for event in events:
        key = (event.org, event.course_key, event.actor_id)
        known = latest.get(key)
        if known is None or _age(event) > _age(known):
            latest[key] = event
    return list(latest.values())


def _age(event: LearnerEvent) -> tuple[datetime, str]:
    return event.emission_time, str(event.event_id)
