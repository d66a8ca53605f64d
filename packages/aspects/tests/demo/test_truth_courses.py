"""Truth about courses, blocks, tags and people."""

from uuid import UUID

from aspects_gen.demo.truth import compute_relation

KEY = "course-v1:Org+C+R"
BLOCK = "block-v1:Org+C+R+type@{}+block@{}"
ANN = "00000000-0000-4000-8000-0000000000aa"
OTHER = "00000000-0000-4000-8000-0000000000bb"


def ask(tale, name):
    return compute_relation(name, tale.events, tale.rows)


def test_recent_blocks_are_those_of_the_newest_dump(tale):
    tale.block("problem", "p1", "1:1:1", 5, title="Old", time_last_dumped="2026-01-01")
    tale.block("problem", "gone", "1:1:1", 6, time_last_dumped="2026-01-01")
    tale.block(
        "problem", "p1", "1:2:1", 7, title="New", graded=1, time_last_dumped="2026-01-02", dump=2
    )
    tale.block("html", "h", "3:0:0", key="course-v1:Org+D+R", dump=3)
    assert ask(tale, "dim_most_recent_course_blocks") == [
        (
            BLOCK.format("problem", "p1"),
            "New",
            "1:2:1 - New",
            1,
            2,
            1,
            1,
            7,
            KEY,
            UUID(int=2),
            "2026-01-02",
        ),
        (
            "block-v1:Org+D+R+type@html+block@h",
            "h",
            "3:0:0 - h",
            3,
            0,
            0,
            0,
            0,
            "course-v1:Org+D+R",
            UUID(int=3),
            "2026-01-01",
        ),
    ]


def test_recent_blocks_of_two_dumps_at_one_time_are_the_greatest_dump(tale):
    tale.block("problem", "p1", "1:1:1", title="B", dump=2)
    tale.block("problem", "p1", "1:1:1", title="A", dump=1)
    assert [row.block_name for row in ask(tale, "dim_most_recent_course_blocks")] == ["B"]


def test_block_names_follow_the_recent_blocks(tale):
    tale.block("problem", "p1", "1:1:1", 5, title="Sum", graded=1)
    assert ask(tale, "dim_course_block_names") == [
        (BLOCK.format("problem", "p1"), "Sum", KEY, True, 5, "1:1:1 - Sum")
    ]


def test_course_names_are_the_last_modified(tale):
    tale.course("New", modified="2026-01-02", tags=[3, 1])
    tale.course("Old", modified="2026-01-01", time_last_dumped="2026-01-09")
    tale.course("Custom", key="ccx-v1:Org+C+R+ccx@1")
    assert ask(tale, "dim_course_names") == [
        ("ccx-v1:Org+C+R+ccx@1", "Custom", "ccx@1", "Org", ""),
        (KEY, "New", "R", "Org", "[3,1]"),
    ]


def test_course_names_of_one_modification_are_the_last_dumped(tale):
    tale.course("Tagged", tags=[1], time_last_dumped="2026-01-03")
    tale.course("Untagged", time_last_dumped="2026-01-02", dump=9)
    assert [row.course_name for row in ask(tale, "dim_course_names")] == ["Tagged"]


def test_course_blocks_know_their_section_and_subsection(school):
    rows = {row.block_name: row for row in ask(school, "dim_course_blocks")}
    head = ("Org", KEY, "Course", "R")
    section, subsection = BLOCK.format("chapter", "s1"), BLOCK.format("sequential", "q1")
    names = ("1:0:0 - Week", "1:1:0 - Start")
    assert rows["Sum"] == (
        *head,
        BLOCK.format("problem", "p1"),
        section,
        subsection,
        "Sum",
        "1:0:0",
        "1:1:0",
        "1:1:1",
        "1:1:1 - Sum",
        5,
        False,
        "problem",
        *names,
    )
    assert rows["Week"] == (
        *head,
        section,
        section,
        "",
        "Week",
        "1:0:0",
        "1:0:0",
        "1:0:0",
        "1:0:0 - Week",
        2,
        False,
        "section",
        "1:0:0 - Week",
        "",
    )
    assert rows["Start"].block_type == "subsection"
    assert rows["u1"].block_type == "unit"
    assert rows["c"][5:7] == ("", "")
    assert rows["Big - one"].hierarchy_location == "1:2:1"


def test_course_blocks_of_unknown_courses_are_absent(tale):
    tale.block("problem", "p1", "1:1:1")
    assert ask(tale, "dim_course_blocks") == []


def test_course_blocks_find_custom_courses(tale):
    key = "ccx-v1:Org+C+R+ccx@1"
    tale.course(key=key)
    tale.block("chapter", "s", "1:0:0", key=key)
    tale.block("problem", "p", "1:1:1", key=key)
    problem = ask(tale, "dim_course_blocks")[1]
    assert problem.block_type == "problem"
    assert problem.section_with_name == "1:0:0 - s"


def tag(tale, number, value, *, taxonomy=1, time="2026-01-01", **more):
    tale.row(
        "tag",
        id=number,
        taxonomy=taxonomy,
        parent=None,
        value=value,
        lineage=f'["{value}"]',
        time_last_dumped=time,
        **more,
    )


def test_recent_tags_are_the_last_dumped(tale):
    tag(tale, 1, "New", time="2026-01-02")
    tag(tale, 1, "Old")
    tag(tale, 2, "Less", dump=1)
    tag(tale, 2, "Greater", dump=2)
    assert ask(tale, "dim_most_recent_tags") == [
        (1, 1, 0, "New", "", '["New"]'),
        (2, 1, 0, "Greater", "", '["Greater"]'),
    ]


def test_recent_taxonomies_are_the_last_dumped(tale):
    tale.row("taxonomy", id=1, name="New", time_last_dumped="2026-01-02")
    tale.row("taxonomy", id=1, name="Old", time_last_dumped="2026-01-01")
    assert ask(tale, "dim_most_recent_taxonomies") == [(1, "New")]


def test_recent_object_tags_leave_out_the_tag(tale):
    for time, value in (("2026-01-02", "New"), ("2026-01-01", "Old")):
        tale.row(
            "object_tag",
            id=4,
            object_id=KEY,
            taxonomy=1,
            tag=9,
            _value=value,
            _export_id="e",
            lineage="[]",
            time_last_dumped=time,
        )
    assert ask(tale, "dim_most_recent_object_tags") == [(4, KEY, 1, "New", "e", "[]")]


def test_course_tags_have_known_tags_once_by_value(tale):
    tale.course(tags=[5, 1, 1, 2, 8, 9])
    tale.row("taxonomy", id=1, name="Skills")
    tale.row("taxonomy", id=2, name="Themes")
    tag(tale, 1, "Proof")
    tag(tale, 2, "Cities")
    tag(tale, 5, "Proof", taxonomy=2)
    tag(tale, 8, "Lost", taxonomy=3)
    assert ask(tale, "dim_most_recent_course_tags") == [
        (KEY, "Cities", "Course", "Skills", '["Cities"]', 2),
        (KEY, "Proof", "Course", "Themes", '["Proof"]', 5),
    ]


def test_people_have_their_last_profile_and_each_external_id(tale):
    tale.user(1, "ann", external=ANN.upper(), time_last_dumped="2026-01-02")
    tale.user(1, "old", external=OTHER)
    tale.user(2, "bob")
    tale.row("external_id", external_user_id=UUID(int=1), user_id=3, username="nobody")
    ann, bob = ("ann", "Ann", "ann@x.test"), ("bob", "Bob", "bob@x.test")
    rows = ask(tale, "user_pii")
    assert rows == [
        (1, ANN, *ann),
        (1, OTHER, *ann),
        (2, "mailto:bob@x.test", *bob),
    ]
    assert ask(tale, "dim_user_pii") == [row[1:] for row in rows]


def test_people_with_one_email_are_the_greatest_account(tale):
    tale.user(1, "ann", external=ANN, email="both@x.test")
    tale.user(2, "bob", external=OTHER, email="both@x.test")
    tale.course()
    tale.enroll(1, "10:00:00", who="mailto:both@x.test")
    assert [row.username for row in ask(tale, "fact_enrollments")] == ["bob"]
