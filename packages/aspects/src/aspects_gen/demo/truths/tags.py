"""Tags of courses."""

from __future__ import annotations

import json
from typing import NamedTuple

from aspects_gen.demo.truths.courses import CourseName, dim_course_names
from aspects_gen.demo.truths.history import History
from aspects_gen.demo.truths.users import newest


class Tag(NamedTuple):
    """A row of dim_most_recent_tags."""

    id: int
    taxonomy: int
    parent: int
    value: str
    external_id: str
    lineage: str


class Taxonomy(NamedTuple):
    """A row of dim_most_recent_taxonomies."""

    id: int
    name: str


class ObjectTag(NamedTuple):
    """A row of dim_most_recent_object_tags."""

    id: int
    object_id: str
    taxonomy: int
    value: str
    export_id: str
    lineage: str


class CourseTag(NamedTuple):
    """A row of dim_most_recent_course_tags."""

    course_key: str
    tag: str
    course_name: str
    taxonomy_name: str
    lineage: str
    tag_id: int


def dim_most_recent_tags(history: History) -> list[Tag]:
    """Return each tag as last dumped."""
    return sorted(
        Tag(
            id=it["id"],
            taxonomy=it["taxonomy"] or 0,
            parent=it["parent"] or 0,
            value=it["value"],
            external_id=it["external_id"],
            lineage=it["lineage"],
        )
        for it in newest(history.records("tag"), "id")
    )


def dim_most_recent_taxonomies(history: History) -> list[Taxonomy]:
    """Return each taxonomy as last dumped."""
    return sorted(
        Taxonomy(it["id"], it["name"]) for it in newest(history.records("taxonomy"), "id")
    )


def dim_most_recent_object_tags(history: History) -> list[ObjectTag]:
    """Return what each object is tagged with, as last dumped."""
    return sorted(
        ObjectTag(
            id=it["id"],
            object_id=it["object_id"],
            taxonomy=it["taxonomy"] or 0,
            value=it["_value"],
            export_id=it["_export_id"],
            lineage=it["lineage"],
        )
        for it in newest(history.records("object_tag"), "id")
    )


def dim_most_recent_course_tags(history: History) -> list[CourseTag]:
    """Return each tag of each course once; of tags with one value the greatest id."""
    tags = {it.id: it for it in history.once(dim_most_recent_tags)}
    taxonomies = {it.id: it.name for it in history.once(dim_most_recent_taxonomies)}
    found: dict[tuple[str, str], CourseTag] = {}
    for course in history.once(dim_course_names):
        for tag in (tags[number] for number in _tag_ids(course) if number in tags):
            if tag.taxonomy in taxonomies:
                found[(course.course_key, tag.value)] = CourseTag(
                    course_key=course.course_key,
                    tag=tag.value,
                    course_name=course.course_name,
                    taxonomy_name=taxonomies[tag.taxonomy],
                    lineage=tag.lineage,
                    tag_id=tag.id,
                )
    return sorted(found.values())


def _tag_ids(course: CourseName) -> list[int]:
    """Return the ids in ascending order, so that the greatest comes last."""
    try:
        numbers = json.loads(course.tags_str or "[]")
    except ValueError:
        return []
    if not isinstance(numbers, list):
        return []
    return sorted({number for number in numbers if isinstance(number, int)})
