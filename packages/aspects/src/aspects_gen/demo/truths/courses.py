"""Courses and their blocks."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any, NamedTuple
from uuid import UUID

from aspects_gen.demo.truths.history import History
from aspects_gen.demo.truths.values import find, find_integer, find_text, read_json

SEPARATOR = " - "

_KIND = re.compile(r"@([^+]+)\+block@")
_KIND_NAMES = {"chapter": "section", "sequential": "subsection", "vertical": "unit"}


class RecentBlock(NamedTuple):
    """A row of dim_most_recent_course_blocks."""

    location: str
    block_name: str
    display_name_with_location: str
    section: int
    subsection: int
    unit: int
    graded: int
    course_order: int
    course_key: str
    dump_id: UUID
    time_last_dumped: str


class BlockName(NamedTuple):
    """A row of dim_course_block_names."""

    location: str
    block_name: str
    course_key: str
    graded: bool
    course_order: int
    display_name_with_location: str


class CourseName(NamedTuple):
    """A row of dim_course_names."""

    course_key: str
    course_name: str
    course_run: str
    org: str
    tags_str: str


class CourseBlock(NamedTuple):
    """A row of dim_course_blocks."""

    org: str
    course_key: str
    course_name: str
    course_run: str
    block_id: str
    section_block_id: str
    subsection_block_id: str
    block_name: str
    section_number: str
    subsection_number: str
    hierarchy_location: str
    display_name_with_location: str
    course_order: int
    graded: bool
    block_type: str
    section_with_name: str
    subsection_with_name: str


def dim_most_recent_course_blocks(history: History) -> list[RecentBlock]:
    """Return the blocks of each course's newest dump: others were deleted."""
    records = history.records("course_blocks")
    newest: dict[str, str] = {}
    for record in records:
        key = record["course_key"]
        newest[key] = max(newest.get(key, ""), record["time_last_dumped"])
    latest: dict[str, tuple[str, RecentBlock]] = {}
    for record in records:
        if record["time_last_dumped"] != newest[record["course_key"]]:
            continue
        candidate = (str(UUID(str(record["dump_id"]))), _read_block(record))
        location = record["location"]
        latest[location] = max(latest.get(location, candidate), candidate)
    return sorted(block for _, block in latest.values())


def _read_block(record: dict[str, Any]) -> RecentBlock:
    data = read_json(record["xblock_data_json"])
    place = [find_integer(data, level) for level in ("section", "subsection", "unit")]
    location = ":".join(map(str, place))
    graded = find(data, "graded")
    return RecentBlock(
        location=record["location"],
        block_name=record["display_name"],
        display_name_with_location=f"{location}{SEPARATOR}{record['display_name']}",
        section=place[0],
        subsection=place[1],
        unit=place[2],
        graded=int(graded is True or (isinstance(graded, int) and graded != 0)),
        course_order=int(record["order"] or 0),
        course_key=record["course_key"],
        dump_id=UUID(str(record["dump_id"])),
        time_last_dumped=record["time_last_dumped"],
    )


def dim_course_block_names(history: History) -> list[BlockName]:
    """Return the name of each current block."""
    return sorted(
        BlockName(
            location=it.location,
            block_name=it.block_name,
            course_key=it.course_key,
            graded=bool(it.graded),
            course_order=it.course_order,
            display_name_with_location=it.display_name_with_location,
        )
        for it in history.once(dim_most_recent_course_blocks)
    )


def dim_course_names(history: History) -> list[CourseName]:
    """Return each course as its last modified overview says."""
    latest: dict[str, tuple[tuple[str, str, str], CourseName]] = {}
    for record in history.records("course_overviews"):
        key = record["course_key"]
        age = (record["modified"], record["time_last_dumped"], str(UUID(str(record["dump_id"]))))
        course = CourseName(
            course_key=key,
            course_name=record["display_name"],
            course_run=key.rsplit("+", 1)[-1],
            org=record["org"],
            tags_str=_tags_text(record["course_data_json"]),
        )
        latest[key] = max(latest.get(key, (age, course)), (age, course))
    return sorted(course for _, course in latest.values())


def _tags_text(text: str) -> str:
    """Return the tags as their JSON text, without blanks as the engine writes them."""
    tags = find(read_json(text), "tags")
    if isinstance(tags, list):
        return f"[{','.join(map(str, tags))}]"
    return find_text({"tags": tags}, "tags")


def dim_course_blocks(history: History) -> list[CourseBlock]:
    """Return the current blocks of known courses with their sections and subsections."""
    names = {it.course_key: it for it in history.once(dim_course_names)}
    blocks = [it for it in history.once(dim_course_block_names) if it.course_key in names]
    levels = _find_levels(blocks)
    return sorted(_place_block(it, names[it.course_key], levels) for it in blocks)


Levels = dict[tuple[str, str, str], BlockName]
"""Course key, kind and location to the block that stands there."""


def _find_levels(blocks: list[BlockName]) -> Levels:
    candidates: dict[tuple[str, str, str], list[BlockName]] = defaultdict(list)
    for block in blocks:
        for kind in ("chapter", "sequential"):
            if f"@{kind}+block@" in block.location:
                candidates[(block.course_key, kind, find_place(block))].append(block)
    return {
        key: min(found, key=lambda it: (it.course_order, it.location))
        for key, found in candidates.items()
    }


def find_place(block: BlockName) -> str:
    """Return where a block stands: `section:subsection:unit`."""
    return block.display_name_with_location.split(SEPARATOR, 1)[0]


def _place_block(block: BlockName, course: CourseName, levels: Levels) -> CourseBlock:
    place = find_place(block)
    numbers = place.split(":")
    section_number = f"{numbers[0]}:0:0"
    subsection_number = ":".join([*numbers[:2], "0"])
    section = levels.get((block.course_key, "chapter", section_number))
    subsection = levels.get((block.course_key, "sequential", subsection_number))
    kind = _KIND.search(block.location)
    word = kind[1] if kind else ""
    return CourseBlock(
        org=course.org,
        course_key=block.course_key,
        course_name=course.course_name,
        course_run=course.course_run,
        block_id=block.location,
        section_block_id=section.location if section else "",
        subsection_block_id=subsection.location if subsection else "",
        block_name=block.block_name,
        section_number=section_number,
        subsection_number=subsection_number,
        hierarchy_location=place,
        display_name_with_location=block.display_name_with_location,
        course_order=block.course_order,
        graded=block.graded,
        block_type=_KIND_NAMES.get(word, word),
        section_with_name=section.display_name_with_location if section else "",
        subsection_with_name=subsection.display_name_with_location if subsection else "",
    )


class Subsection(NamedTuple):
    """A subsection and how many blocks of one kind it has."""

    block: CourseBlock
    items: int


def count_items(history: History, kind: str) -> dict[tuple[str, str], Subsection]:
    """Return, by course key and subsection number, one block of the kind and their count.

    Names and ids of section and subsection are those of the block.
    """
    found: dict[tuple[str, str], list[CourseBlock]] = defaultdict(list)
    for block in history.once(dim_course_blocks):
        if f"@{kind}+block@" in block.block_id:
            found[(block.course_key, block.subsection_number)].append(block)
    return {
        key: Subsection(min(blocks, key=lambda it: it.course_order), len(blocks))
        for key, blocks in found.items()
    }


def find_blocks(history: History) -> dict[tuple[str, str], CourseBlock]:
    """Return the blocks by course key and block id."""
    return {(it.course_key, it.block_id): it for it in history.once(dim_course_blocks)}
