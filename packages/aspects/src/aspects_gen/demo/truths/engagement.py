"""How much of each subsection and section learners have tried and watched."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from aspects_gen.demo.truths.courses import CourseBlock, Subsection, count_items, find_blocks
from aspects_gen.demo.truths.history import History
from aspects_gen.demo.truths.navigation import label
from aspects_gen.demo.truths.problems import problem_events
from aspects_gen.demo.truths.users import identify
from aspects_gen.demo.truths.video import fact_video_segments
from aspects_gen.demo.verbs import VERBS

Seen = dict[tuple[str, str, str, str], set[str]]
"""Organisation, course key, subsection number and learner to the blocks that count."""


class ProblemEngagement(NamedTuple):
    """A row of fact_problem_engagement."""

    org: str
    course_key: str
    section_subsection_name: str
    section_with_name: str
    content_level: str
    actor_id: str
    section_subsection_problem_engagement: str
    block_id: str
    username: str
    name: str
    email: str


class VideoEngagement(NamedTuple):
    """A row of fact_video_engagement."""

    org: str
    course_key: str
    section_subsection_name: str
    content_level: str
    actor_id: str
    section_subsection_video_engagement: str
    block_id: str
    username: str
    name: str
    email: str


def fact_problem_engagement(history: History) -> list[ProblemEngagement]:
    """Return what each learner has tried; a section has a row for each label of its subsections."""
    seen = _group(
        history,
        (
            (it.org, it.course_key, it.problem_id, it.actor_id)
            for it in history.once(problem_events)
            if it.verb_id == VERBS["evaluated"]
        ),
    )
    items = count_items(history, "problem")
    found = set()
    for (org, course, number, actor), blocks in seen.items():
        if (course, number) not in items:
            continue
        subsection = items[(course, number)]
        words = label(len(blocks), subsection.items, "problems attempted", "problem attempted")
        for level, name, block in _levels(subsection.block):
            if name:
                section = subsection.block.section_with_name
                key = (org, course, name, section, level, actor, words, block)
                found.add(ProblemEngagement(*key, *identify(history, actor)))
    return sorted(found)


def fact_video_engagement(history: History) -> list[VideoEngagement]:
    """Return what each learner has watched, and under no learner what nobody has."""
    seen = _group(
        history,
        (
            (it.org, it.course_key, it.object_id.rsplit("/xblock/", 1)[-1], it.actor_id)
            for it in history.once(fact_video_segments)
        ),
    )
    items = count_items(history, "video")
    sums: dict[tuple[str, ...], list[int]] = defaultdict(lambda: [0, 0])
    for org, course, subsection, actor, count in _join_videos(seen, items):
        for level, name, block in _levels(subsection.block):
            total = sums[(org, course, name, level, actor, block)]
            total[0] += count
            total[1] += subsection.items
    return sorted(
        VideoEngagement(
            org,
            course,
            name,
            level,
            actor,
            label(watched, count, "videos viewed", "video viewed"),
            block,
            *identify(history, actor),
        )
        for (org, course, name, level, actor, block), (watched, count) in sums.items()
        if name
    )


def _join_videos(
    seen: Seen, items: dict[tuple[str, str], Subsection]
) -> list[tuple[str, str, Subsection, str, int]]:
    """Return organisation, course, subsection, learner and count; no learner where nobody watched."""
    joined = [
        (items[(course, number)].block.org, course, items[(course, number)], actor, len(blocks))
        for (_, course, number, actor), blocks in seen.items()
        if (course, number) in items
    ]
    watched = {(course, number) for _, course, number, _ in seen}
    for (course, number), subsection in items.items():
        if (course, number) not in watched:
            joined.append((subsection.block.org, course, subsection, "", 0))
    return joined


def _group(history: History, visits: Iterable[tuple[str, str, str, str]]) -> Seen:
    """Return the known blocks that each learner used in each subsection."""
    blocks = find_blocks(history)
    seen: Seen = defaultdict(set)
    for org, course, block_id, actor in visits:
        block = blocks.get((course, block_id))
        if block is not None:
            seen[(org, course, block.subsection_number, actor)].add(block_id)
    return seen


def _levels(block: CourseBlock) -> tuple[tuple[str, str, str], ...]:
    return (
        ("subsection", block.subsection_with_name, block.subsection_block_id),
        ("section", block.section_with_name, block.section_block_id),
    )
