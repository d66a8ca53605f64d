"""Which pages learners opened."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from aspects_gen.demo.truths.courses import count_items, find_blocks
from aspects_gen.demo.truths.history import History, Statement
from aspects_gen.demo.truths.users import identify
from aspects_gen.demo.truths.values import as_seconds, find_integer, find_text
from aspects_gen.demo.verbs import END_POINT, LINK_TYPE, MODULE_TYPE, START_POSITION

Places = tuple[tuple[str, str, str], ...]
"""Level, name and block of a subsection and of its section, in that order."""


class NavigationEvent(NamedTuple):
    """A row of navigation_events."""

    event_id: UUID
    emission_time: datetime
    actor_id: str
    block_id: str
    course_key: str
    org: str
    verb_id: str
    object_type: str
    starting_position: int
    ending_point: str


class LastVisit(NamedTuple):
    """A row of dim_learner_last_course_visit."""

    org: str
    course_key: str
    actor_id: str
    emission_time: datetime


class PageVisit(NamedTuple):
    """A row of fact_navigation_completion."""

    org: str
    course_key: str
    block_id: str
    course_order: int
    actor_id: str
    page_count: int
    section_with_name: str
    subsection_with_name: str
    visited_on: date
    subsection_block_id: str
    section_block_id: str


class PageEngagement(NamedTuple):
    """A row of fact_pageview_engagement."""

    org: str
    course_key: str
    section_subsection_name: str
    content_level: str
    actor_id: str
    section_subsection_page_engagement: str
    section_with_name: str
    username: str
    name: str
    email: str


def navigation_events(history: History) -> list[NavigationEvent]:
    """Return each step to another page, link or outline."""
    return sorted(_read(it) for it in history.with_verbs("navigated"))


def _read(it: Statement) -> NavigationEvent:
    kind = find_text(it.body, "object", "definition", "type")
    extensions = ("context", "extensions")
    free = kind in (LINK_TYPE, MODULE_TYPE)
    return NavigationEvent(
        event_id=it.row.event_id,
        emission_time=as_seconds(it.row.emission_time),
        actor_id=it.row.actor_id,
        block_id=it.row.object_id.rsplit("/xblock/", 1)[-1],
        course_key=it.row.course_key,
        org=it.row.org,
        verb_id=it.row.verb_id,
        object_type=kind,
        starting_position=0 if free else find_integer(it.body, *extensions, START_POSITION),
        ending_point=find_text(it.body, *extensions, END_POINT),
    )


def dim_learner_last_course_visit(history: History) -> list[LastVisit]:
    """Return when each learner last moved in each course."""
    last: dict[tuple[str, str, str], datetime] = {}
    for it in history.once(navigation_events):
        key = (it.org, it.course_key, it.actor_id)
        last[key] = max(last.get(key, it.emission_time), it.emission_time)
    return sorted(LastVisit(*key, moment) for key, moment in last.items())


def fact_navigation_completion(history: History) -> list[PageVisit]:
    """Return each block that a learner visited, with the pages of its subsection."""
    blocks = find_blocks(history)
    pages = count_items(history, "vertical")
    last: dict[PageVisit, date] = {}
    for it in history.once(navigation_events):
        block = blocks.get((it.course_key, it.block_id))
        found = pages.get((it.course_key, block.subsection_number)) if block else None
        if block is None or found is None:
            continue
        level = found.block
        subsection = blocks.get((it.course_key, level.subsection_block_id))
        visit = PageVisit(
            org=it.org,
            course_key=it.course_key,
            block_id=it.block_id,
            course_order=subsection.course_order if subsection else 0,
            actor_id=it.actor_id,
            page_count=found.items,
            section_with_name=level.section_with_name,
            subsection_with_name=level.subsection_with_name,
            visited_on=date.min,
            subsection_block_id=level.subsection_block_id,
            section_block_id=level.section_block_id,
        )
        day = it.emission_time.date()
        last[visit] = max(last.get(visit, day), day)
    return sorted(visit._replace(visited_on=day) for visit, day in last.items())


def fact_pageview_engagement(history: History) -> list[PageEngagement]:
    """Return how much of each subsection and section a learner has seen."""
    visited = Counter(
        visit._replace(block_id="", visited_on=date.min)
        for visit in history.once(fact_navigation_completion)
    )
    sums: dict[tuple[str, ...], list[int]] = defaultdict(lambda: [0, 0])
    for visit, count in visited.items():
        for level, name, block in _levels(visit):
            key = (visit.org, visit.course_key, visit.actor_id, level, name, block)
            total = sums[(*key, visit.section_with_name)]
            total[0] += count
            total[1] += visit.page_count
    return sorted(
        PageEngagement(
            org=org,
            course_key=course,
            section_subsection_name=name,
            content_level=level,
            actor_id=actor,
            section_subsection_page_engagement=label(seen, items, "pages viewed", "page viewed"),
            section_with_name=section,
            **identify(history, actor)._asdict(),
        )
        for (org, course, actor, level, name, _, section), (seen, items) in sums.items()
        if name
    )


def _levels(visit: PageVisit) -> Places:
    return (
        ("subsection", visit.subsection_with_name, visit.subsection_block_id),
        ("section", visit.section_with_name, visit.section_block_id),
    )


def label(seen: int, items: int, plural: str, singular: str) -> str:
    """Return the words for so many of so many items."""
    if seen == 0:
        return f"No {plural} yet"
    return f"All {plural}" if seen == items else f"At least one {singular}"
