"""Who sees which rows, by the real sign-on and the real chart API, compared with what Python computed."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.xdist_group("superset-real")

SQL_LAB = "SELECT 1 AS one"
CLICKHOUSE = "db.session.query(Database).filter_by(database_name='OpenedX Clickhouse')"


def total(viewer, chart):
    rows = viewer.rows(chart, chart["dashboard"])
    return rows[0]["count"] if rows else 0


def test_truth_has_several_courses(truth):
    assert len(truth) > 3
    assert len(set(truth.values())) > 1


def test_roles_come_with_their_variant_in_the_persons_language(imported, people):
    """Where a dashboard has one: the small LMS says that everyone prefers es-419."""
    imported.run("LANGUAGES.clear()")
    for who in ("root", "staff", "teacher", "learner"):
        imported.sign_in(who)
    found = imported.run(
        "answer = {n: sorted(r.name for r in manager.find_user(username=n).roles)"
        " for n in ('root', 'staff', 'teacher', 'learner')}"
    )
    assert found == {
        "root": ["Admin", "Public"],
        "staff": ["Instructor", "Instructor - es_419", "Operator", "Operator - es_419", "Public"],
        "teacher": ["Instructor", "Instructor - es_419", "Public"],
        "learner": ["Public", "Student"],
    }


@pytest.mark.parametrize("who", ["root", "staff"])
def test_superusers_and_global_staff_see_everything(people, charts, truth, who):
    assert total(people[who], charts["Trial enrollments"]) == truth.total()
    rows = people[who].rows(charts["Trial modes"], charts["Trial modes"]["dashboard"])
    assert {row["course_key"]: row["count"] for row in rows} == truth


@pytest.mark.parametrize("who", ["teacher", "other"])
def test_course_staff_see_exactly_their_course(people, charts, truth, who):
    """The second person asks what the first one's answer is cached for."""
    key = sorted(truth)[0 if who == "teacher" else 1]
    assert total(people[who], charts["Trial enrollments"]) == truth[key]
    rows = people[who].rows(charts["Trial modes"], charts["Trial modes"]["dashboard"])
    assert {row["course_key"]: row["count"] for row in rows} == {key: truth[key]}
    # a virtual dataset, whose SQL Superset rewrites for whoever has a rule
    status = people[who].rows(charts["Trial status"], charts["Trial status"]["dashboard"])
    assert {row["course_key"] for row in status} == {key}


@pytest.mark.parametrize("name", ["Trial enrollments", "Trial modes", "Trial status"])
def test_learner_sees_no_rows(people, charts, name):
    rows = people["learner"].rows(charts[name], charts[name]["dashboard"])
    assert sum(row["count"] for row in rows) == 0


def test_keys_with_quotes_are_keys_and_nothing_else(people, charts, truth):
    assert total(people["odd"], charts["Trial enrollments"]) == 0
    assert people["odd"].rows(charts["Trial status"], charts["Trial status"]["dashboard"]) == []
    assert total(people["both"], charts["Trial enrollments"]) == truth[sorted(truth)[0]]


def test_other_courses_key_in_a_filter_opens_nothing(people, charts, truth):
    key = sorted(truth)[1]

    def ask_for(body):
        body["queries"][0]["filters"] = [{"col": "course_key", "op": "==", "val": key}]

    answer = people["teacher"].ask(
        charts["Trial enrollments"], charts["Trial enrollments"]["dashboard"], ask_for
    )
    assert answer.json()["result"][0]["data"][0]["count"] == 0


def test_lost_course_is_lost_although_the_answer_is_cached(imported, people, charts, truth):
    chart = charts["Trial enrollments"]
    assert total(people["both"], chart) > 0
    imported.run(
        "from superset.extensions import cache_manager\n"
        "COURSES['both'] = []\n"
        "cache_manager.cache.delete('openedx_courses:both')"
    )
    assert total(people["both"], chart) == 0


def test_outage_of_the_lms_shows_nothing_and_asks_once(imported, people, charts):
    chart = charts["Trial enrollments"]
    imported.run(
        "from superset.extensions import cache_manager\n"
        "cache_manager.cache.delete('openedx_courses:other')\n"
        "lms.broken = '/api/courses/'\n"
        "lms.asked.clear()"
    )
    try:
        assert total(people["other"], chart) == 0
        assert total(people["other"], charts["Trial enrollments"]) == 0
        assert people["other"].rows(charts["Trial status"], chart["dashboard"]) == []
        asked = imported.run("answer = [p for p in lms.asked if p.startswith('/api/courses/')]")
        assert len(asked) == 1
    finally:
        imported.run(
            "from superset.extensions import cache_manager\n"
            "lms.broken = ''\n"
            "cache_manager.cache.delete('openedx_courses_unknown:other')"
        )
    assert total(people["other"], chart) > 0


def test_queries_ask_the_lms_for_nothing_else(imported, people, charts):
    imported.run("lms.asked.clear()")
    total(people["teacher"], charts["Trial enrollments"])
    assert imported.run("answer = lms.asked") == []


def test_platform_figures_are_for_operators_only(people, charts):
    chart = charts["Trial platform"]
    assert people["staff"].rows(chart, chart["dashboard"])[0]["count"] > 0
    for who in ("teacher", "learner"):
        assert people[who].ask(chart, chart["dashboard"]).status_code == 403
        assert people[who].get("/superset/dashboard/trial-platform/").status_code in (
            302,
            403,
            404,
        )


def test_only_operators_see_who_uses_superset(people, placed_charts):
    """Rows of Superset's own database, here of SQLite, by the questions of the five charts."""
    theirs = [
        chart
        for chart in placed_charts
        if chart["slug"] == "operator-dashboard-es_419"
        and chart["dataset"].startswith(("superset_action_log", "ab_user"))
    ]
    assert len(theirs) == 5
    for chart in theirs:
        for who, status in (("root", 200), ("staff", 200), ("teacher", 403), ("learner", 403)):
            answer = people[who].ask(chart, chart["dashboard"])
            assert answer.status_code == status, (chart["name"], who, answer.text[:600])
    users = next(c for c in theirs if c["dataset"].startswith("ab_user"))

    def count(body):
        metric = {"expressionType": "SQL", "sqlExpression": "COUNT(*)", "label": "rows"}
        body["queries"] = [{"metrics": [metric], "columns": [], "filters": [], "orderby": []}]

    answer = people["staff"].ask(users, users["dashboard"], count)
    assert answer.json()["result"][0]["data"][0]["rows"] > 2


def test_data_opens_through_a_dashboard_only(people, charts):
    assert people["teacher"].ask(charts["Trial modes"]).status_code == 403


def test_sql_lab_is_for_administrators(imported, people):
    database = imported.run(
        f"from superset.models.core import Database\nanswer = {CLICKHOUSE}.one().id"
    )
    body = {"database_id": database, "sql": SQL_LAB, "runAsync": False, "schema": "reporting"}
    answer = people["root"].post("/api/v1/sqllab/execute/", body)
    assert answer.status_code == 200, answer.text
    for who in ("staff", "teacher", "learner"):
        assert people[who].post("/api/v1/sqllab/execute/", body).status_code == 403


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO reporting.dim_student_status SELECT * FROM reporting.dim_student_status",
        "DROP TABLE reporting.dim_student_status",
        "ALTER TABLE reporting.dim_student_status DELETE WHERE 1",
        "SELECT * FROM xapi.xapi_events_all",
        "SELECT * FROM event_sink.user_profile",
    ],
)
def test_clickhouse_user_of_superset_reads_models_and_no_more(imported, sql):
    """Past Superset's own checks, straight on its connection."""
    said = imported.run(
        "from superset.models.core import Database\n"
        "from sqlalchemy import text\n"
        f"database = {CLICKHOUSE}.one()\n"
        "try:\n"
        "    with database.get_sqla_engine() as engine, engine.connect() as connection:\n"
        f"        connection.execute(text({sql!r})).fetchall()\n"
        "    answer = 'allowed'\n"
        "except Exception as error:\n"
        "    answer = str(error)"
    )
    assert "ACCESS_DENIED" in said or "Not enough privileges" in said, said
