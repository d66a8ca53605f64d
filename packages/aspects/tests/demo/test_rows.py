"""Rows of the event sinks: columns, several dumps, changes between them."""

import json
from collections import defaultdict
from datetime import datetime
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aspects_gen.demo.campus import make_campus
from aspects_gen.demo.course import PUBLICATIONS, find_sequences
from aspects_gen.demo.moments import read_day
from aspects_gen.demo.rows import stream_rows
from aspects_gen.demo.tables import COLUMNS


def make(seed=1, courses=6, learners=30):
    start = read_day("2026-01-05")
    return make_campus(seed, start=start, days=30, courses=courses, learners=learners)


def records(table, campus=None):
    return [
        dict(zip(COLUMNS[table], row, strict=True)) for row in stream_rows(campus or make(), table)
    ]


INTEGERS = {"id", "user_id", "order", "taxonomy", "parent", "tag"}
TRUTHS = {"self_paced", "is_active"}


@pytest.mark.parametrize("table", sorted(COLUMNS))
def test_rows_have_the_types_of_their_columns(table):
    for record in records(table):
        for column, value in record.items():
            if column in TRUTHS:
                assert isinstance(value, bool)
            elif column in INTEGERS:
                assert value is None or (isinstance(value, int) and abs(value) < 2**31)
            else:
                assert isinstance(value, str)
        assert UUID(record["dump_id"])
        assert (
            str(datetime.fromisoformat(record["time_last_dumped"])) == record["time_last_dumped"]
        )


@pytest.mark.parametrize("table", sorted(COLUMNS))
def test_rows_are_the_same_for_the_same_seed(table):
    assert list(stream_rows(make(2), table)) == list(stream_rows(make(2), table))


def test_courses_are_dumped_at_each_publication_and_once_more():
    counts = defaultdict(int)
    for record in records("course_overviews"):
        counts[record["course_key"]] += 1
    assert set(counts.values()) == {PUBLICATIONS + 1}
    assert len(counts) == 6


def test_courses_are_of_several_organisations_and_some_are_custom():
    keys = {record["course_key"] for record in records("course_overviews")}
    assert {key.split(":")[0] for key in keys} == {"course-v1", "ccx-v1"}
    assert len({record["org"] for record in records("course_overviews")}) == 5


def test_course_and_blocks_share_the_dump():
    dumps = {(it["dump_id"], it["time_last_dumped"]) for it in records("course_overviews")}
    assert dumps == {(it["dump_id"], it["time_last_dumped"]) for it in records("course_blocks")}


def test_blocks_are_renamed_moved_and_deleted_between_publications():
    changes = {"renamed": 0, "moved": 0, "deleted": 0}
    for course in make(courses=9).courses:
        first, *_, last = course.publications
        after = {block.key: block for block in last}
        for block in first:
            if block.key not in after:
                changes["deleted"] += 1
            else:
                changes["renamed"] += block.name != after[block.key].name
                changes["moved"] += block.place != after[block.key].place
    assert all(changes.values()), changes


@settings(max_examples=20, deadline=None)
@given(st.integers())
def test_blocks_are_numbered_depth_first(seed):
    for course in make(seed, courses=2, learners=1).courses:
        for blocks in course.publications:
            attached = [block for block in blocks if not block.detached]
            assert [block.order for block in blocks] == list(range(1, len(blocks) + 1))
            assert [it.place for it in attached] == sorted(it.place for it in attached)
            assert len({block.key for block in blocks}) == len(blocks)
            assert all(
                pages for _, pages in ((it.block, it.pages) for it in find_sequences(blocks))
            )


def test_block_data_say_where_the_block_stands():
    block = next(it for it in records("course_blocks") if "+type@problem" in it["location"])
    data = json.loads(block["xblock_data_json"])
    assert set(data) == {
        *("course", "run", "block_type", "detached", "graded"),
        *("completion_mode", "section", "subsection", "unit", "tags"),
    }
    assert min(data["section"], data["subsection"], data["unit"]) >= 1
    assert data["block_type"] == "problem"


def test_people_have_two_profiles_and_an_external_id_unless_they_use_email():
    campus = make()
    profiles, external = records("user_profile", campus), records("external_id", campus)
    assert len(profiles) == 60
    assert {it["user_id"] for it in external} == {
        person.number for person in campus.people if not person.uses_email
    }
    assert len(external) < 30


def test_object_tags_name_known_tags():
    tags = {it["id"]: it for it in records("tag")}
    for record in records("object_tag"):
        assert record["_value"] == tags[record["tag"]]["value"]


def test_rows_of_another_table_are_refused():
    with pytest.raises(KeyError, match="learners"):
        stream_rows(make(), "learners")
