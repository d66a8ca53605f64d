"""Every chart's queries run on the models, whole, for one course, and under the dashboard's filters."""

import re

import pytest

import superset_sql
from aspects_gen.aspects.jobs.init.superset.dashboards import (
    expand,
    localise,
    name_databases,
    read_sources,
)
from aspects_gen.aspects.trees import PACKAGE

pytestmark = pytest.mark.xdist_group("warehouse")

SOURCES, _ = read_sources(PACKAGE / "apps" / "superset" / "assets")
BUNDLE = expand(SOURCES, name_databases({}))
DATASETS = {
    c["uuid"]: c for n, c in BUNDLE.items() if n.startswith("datasets/openedx_clickhouse/")
}
CHARTS = {
    name.removeprefix("charts/").removesuffix(".yaml"): chart
    for name, chart in BUNDLE.items()
    if name.startswith("charts/") and chart["dataset_uuid"] in DATASETS
}
"""Those on ClickHouse; five more ask Superset's own database."""

EMPTY = {"operator-dashboard-active-users-per-organization"}
"""Charts without a row here: what happened in this campus is more than a quarter ago."""


@pytest.fixture(scope="module")
def filled(warehouse, making, loading):
    """The warehouse with a campus in it."""
    warehouse.empty()
    loading(warehouse, making(events=6000, learners=60, seed=11, courses=4))
    warehouse.refresh()
    warehouse.refresh()  # some read views of what is refreshed after them
    return warehouse


@pytest.fixture(scope="module")
def course(filled):
    """The course with the most learners: key, organisation, name, run."""
    (found,) = filled.rows(
        "SELECT course_key, org, course_name, course_run FROM reporting.dim_course_learners"
        " GROUP BY ALL ORDER BY count() DESC LIMIT 1"
    )
    return dict(zip(("course_key", "org", "course_name", "course_run"), found, strict=True))


def asked(chart, **how):
    return superset_sql.statements(chart, DATASETS[chart["dataset_uuid"]], **how)


def column_names(chart):
    return {c["column_name"] for c in DATASETS[chart["dataset_uuid"]]["columns"]}


@pytest.mark.parametrize("name", CHARTS)
def test_chart_runs_and_has_rows(filled, name):
    rows = [filled.rows(sql) for sql in asked(CHARTS[name])]
    assert all(rows) == (name not in EMPTY)


@pytest.mark.parametrize("name", [n for n, c in CHARTS.items() if "course_key" in column_names(c)])
def test_chart_of_one_course_is_the_same_by_rule_and_by_filters(filled, course, name):
    rule = f"course_key = '{course['course_key']}' AND org = '{course['org']}'"
    named = {"course_name", "course_run"} <= column_names(CHARTS[name])
    keys = ("org", "course_name", "course_run") if named else ("course_key",)
    chosen = {key: [course[key]] for key in keys}
    by_rule = [sorted(filled.rows(sql)) for sql in asked(CHARTS[name], rules=[rule])]
    by_filters = [sorted(filled.rows(sql)) for sql in asked(CHARTS[name], chosen=chosen)]
    assert by_rule == by_filters
    nothing = [filled.rows(sql) for sql in asked(CHARTS[name], rules=["course_key = ''"])]
    assert by_rule != nothing or name in EMPTY


WHOLE = {"dim_course_names_rows", "tag", "taxonomy"}
"""What every course may cost a chart of one: a row for each, and the tags there are."""


@pytest.mark.parametrize(
    "name",
    [
        n
        for n, c in CHARTS.items()
        if "course_key" in column_names(c) and not n.startswith("operator-dashboard-")
    ],
)
def test_chart_of_one_course_finds_it_by_key(filled, course, name):
    rule = f"course_key = '{course['course_key']}' AND org = '{course['org']}'"
    for sql in asked(CHARTS[name], rules=[rule]):
        plan = filled.run(f"EXPLAIN indexes = 1 {sql} FORMAT TSVRaw")
        reads = re.split(r"ReadFromMergeTree \(\w+\.(\w+)\)", plan)
        found = dict(zip(reads[1::2], reads[2::2], strict=True))
        assert found
        assert {table for table, how in found.items() if "Condition: true" in how} <= WHOLE


def test_seconds_of_a_learner_are_those_of_the_learner(filled):
    ((key, actor, username),) = filled.rows(
        "SELECT course_key, actor_id, username FROM reporting.video_watches WHERE username != ''"
        " GROUP BY ALL ORDER BY uniqExact(block_id) DESC, max(video_rewatched_count) DESC, username LIMIT 1"
    )
    chart = CHARTS["course-dashboard-number-of-views-across-video-duration"]
    (sql,) = asked(chart, chosen={"course_key": [key], "username": [username]})
    truth = filled.rows(
        "SELECT watched_segment, sum(watch_count), sumIf(watch_count, watch_count > 1)"
        f" FROM reporting.fact_video_segments WHERE course_key = '{key}' AND actor_id = '{actor}'"
        " GROUP BY watched_segment"
    )
    assert truth
    assert sorted(filled.rows(sql)) == sorted(truth)


def test_tags_choose_courses(filled):
    (tag, courses), *_ = filled.rows(
        "SELECT tag, groupUniqArray(course_name) FROM"
        f" {superset_sql.from_clause(dataset('tag_filter'), {})} GROUP BY tag ORDER BY tag LIMIT 1"
    )
    chart = CHARTS["course-comparison-learner-performance"]
    (sql,) = asked(chart, chosen={"tag": [tag]})
    assert sorted(row[0] for row in filled.rows(sql)) == sorted(courses)


def dataset(name):
    return BUNDLE[f"datasets/openedx_clickhouse/{name}.yaml"]


def test_problem_that_left_its_course_is_shown_by_its_id(filled):
    nameless = "SELECT count() FROM reporting.{} WHERE endsWith(problem_name_location, ' - ')"
    for name in ("dim_problem_results", "dim_problem_responses"):
        assert filled.rows(nameless.format(name)) != [[0]], name
        source = superset_sql.from_clause(dataset(name.removeprefix("dim_")), {})
        shown = filled.rows(f"SELECT DISTINCT problem_name_location, block_id FROM {source}")
        assert any(title == block for title, block in shown)
        assert [title for title, _ in shown if title.endswith(" - ")] == []


def test_declared_columns_are_those_of_the_sql(filled):
    for found in DATASETS.values():
        source = superset_sql.from_clause(found, {})
        given = {row[0]: row[1] for row in filled.rows(f"DESCRIBE (SELECT * FROM {source})")}
        stored = {c["column_name"]: c for c in found["columns"] if not c["expression"]}
        assert set(stored) <= set(given), found["table_name"]
        for name, column in stored.items():
            assert column["is_dttm"] == given[name].startswith("Date"), (found["table_name"], name)


def test_copies_in_another_language_run(filled):
    copies = localise(BUNDLE, "es-419", {"Passed": "Aprobado", "Graded": "Calificado"})
    datasets = {c["uuid"]: c for n, c in copies.items() if n.startswith("datasets/")}
    for name in (
        "individual-learner-learner-summary",
        "course-dashboard-problem-attempts-and-results",
    ):
        chart = copies[f"charts/{name}-es_419.yaml"]
        for sql in superset_sql.statements(chart, datasets[chart["dataset_uuid"]]):
            text = filled.run(f"{sql} FORMAT JSONCompactEachRow")
            assert "Aprobado" in text or "Calificado" in text or "GROUP BY" not in sql
