"""Guests of embedded dashboards see what the token's filters let them, and ask nothing else."""

from __future__ import annotations

import base64
import copy
import hashlib
import hmac
import json

import pytest
import requests
from superset import real, trial

pytestmark = pytest.mark.xdist_group("superset-real")


@pytest.fixture(scope="module")
def key(truth):
    return sorted(truth)[2]


@pytest.fixture(scope="module")
def guest(imported, key):
    org = key.partition(":")[2].partition("+")[0]
    return imported.guest([trial.EMBEDDED], [f"org = '{org}'", f"course_key = '{key}'"])


def test_guest_sees_the_tokens_course(guest, charts, truth, key):
    chart = charts["Trial modes"]
    rows = guest.rows(chart, chart["dashboard"])
    assert {row["course_key"]: row["count"] for row in rows} == {key: truth[key]}
    status = guest.rows(charts["Trial status"], chart["dashboard"])
    assert {row["course_key"] for row in status} == {key}


def test_two_guests_answers_are_kept_apart(imported, charts, truth, key):
    chart = charts["Trial enrollments"]
    other = sorted(truth)[1]
    for wanted in (key, other):
        viewer = imported.guest([trial.EMBEDDED], [f"course_key = '{wanted}'"])
        assert viewer.rows(chart, chart["dashboard"])[0]["count"] == truth[wanted]


def test_token_without_filters_shows_nothing(imported, charts):
    chart = charts["Trial enrollments"]
    assert imported.guest([trial.EMBEDDED], []).rows(chart, chart["dashboard"])[0]["count"] == 0


def test_guest_named_like_a_teacher_gets_no_more(imported, people, charts, truth, key):
    viewer = imported.guest([trial.EMBEDDED], [f"course_key = '{key}'"], username="root")
    chart = charts["Trial enrollments"]
    assert viewer.rows(chart, chart["dashboard"])[0]["count"] == truth[key]


def adhoc(expression):
    return {"expressionType": "SQL", "sqlExpression": expression, "label": "x"}


FORGED = {
    "another metric": lambda q: q.update(metrics=["learners"]),
    "a metric of its own": lambda q: q.update(metrics=[adhoc("max(actor_id)")]),
    "a simple metric of its own": lambda q: q.update(
        metrics=[
            {
                "expressionType": "SIMPLE",
                "aggregate": "MAX",
                "column": {"column_name": "actor_id"},
                "label": "count",
            }
        ]
    ),
    "another column": lambda q: q.update(columns=["actor_id"]),
    "a column of its own": lambda q: q.update(columns=[adhoc("actor_id")]),
    "a column said to be an axis": lambda q: q.update(
        columns=[{**adhoc("actor_id"), "isColumnReference": True, "columnType": "BASE_AXIS"}]
    ),
    "group by in the old way": lambda q: q.update(groupby=["actor_id"]),
    "order": lambda q: q.update(orderby=[["actor_id", True]]),
    "series": lambda q: q.update(series_columns=["actor_id"], is_timeseries=True),
    "limit": lambda q: q.update(series_limit_metric=adhoc("max(actor_id)"), series_limit=3),
    "filter by a hidden column": lambda q: q.update(
        filters=[{"col": "actor_id", "op": "LIKE", "val": "a%"}]
    ),
    "condition in SQL": lambda q: q.update(extras={"where": "actor_id LIKE 'a%'"}),
    "having": lambda q: q.update(extras={"having": "max(actor_id) LIKE 'a%'"}),
    "time column": lambda q: q.update(granularity="actor_id", time_range="Last year"),
    "samples": lambda q: q.update(result_type="samples"),
    "rows behind": lambda q: q.update(result_type="drill_detail"),
    "the SQL": lambda q: q.update(result_type="query"),
    "annotations": lambda q: q.update(
        annotation_layers=[{"annotationType": "EVENT", "name": "x", "show": True, "value": 1}]
    ),
}


@pytest.mark.parametrize("forged", FORGED)
def test_forged_question_is_refused(guest, charts, forged):
    chart = charts["Trial modes"]
    answer = guest.ask(chart, chart["dashboard"], lambda body: FORGED[forged](body["queries"][0]))
    assert answer.status_code in (400, 403), answer.text[:500]
    assert "data" not in answer.text or "course-v1" not in answer.text


def test_superset_alone_would_answer_forged_questions(imported, guest, charts):
    """Why there is a guard of our own; once this fails, Superset refuses by itself."""
    chart = charts["Trial modes"]
    guard = "manager.__class__.guest_faults"
    imported.run(f"app.kept = {guard}\n{guard} = lambda *_: []")
    try:
        for forged in ("a metric of its own", "another column", "samples"):
            answer = guest.ask(
                chart, chart["dashboard"], lambda body, f=forged: FORGED[f](body["queries"][0])
            )
            assert answer.status_code == 200, (forged, answer.text[:300])
    finally:
        imported.run(f"{guard} = app.kept")


def change_whole(**fields):
    return lambda body: body.update(fields)


WHOLE = {
    "samples of all": change_whole(result_type="samples"),
    "rows behind all": change_whole(result_type="drill_detail"),
    "no chart": lambda body: body["form_data"].pop("slice_id"),
    "no form": lambda body: body.pop("form_data"),
    "no dashboard": lambda body: body["form_data"].pop("dashboardId"),
    "another chart": lambda body: body["form_data"].update(slice_id=999999),
    "a filter that is none": lambda body: body["form_data"].update(
        type="NATIVE_FILTER", native_filter_id="NATIVE_FILTER-none"
    ),
    "a filter's name on a chart's question": lambda body: body["form_data"].update(
        type="NATIVE_FILTER", native_filter_id=trial.FILTER
    ),
    "drill by": lambda body: body["form_data"].update(slice_id=0, groupby=["actor_id"]),
}


@pytest.mark.parametrize("forged", WHOLE)
def test_forged_payload_is_refused(guest, charts, forged):
    chart = charts["Trial modes"]
    answer = guest.ask(chart, chart["dashboard"], WHOLE[forged])
    assert answer.status_code in (400, 403), answer.text[:500]


def test_other_dashboards_chart_is_refused(guest, charts):
    chart = charts["Trial platform"]
    assert guest.ask(chart, chart["dashboard"]).status_code == 403
    assert guest.ask(chart, charts["Trial modes"]["dashboard"]).status_code == 403


def test_another_dataset_under_a_charts_name_is_refused(guest, charts):
    chart = copy.deepcopy(charts["Trial modes"])
    chart["dataset_id"] = charts["Trial platform"]["dataset_id"]
    assert guest.ask(chart, chart["dashboard"]).status_code == 403


def filter_question(charts, dataset, column, **query):
    return {
        "datasource": {"id": dataset, "type": "table"},
        "queries": [{"columns": [column], "metrics": [], "filters": [], "extras": {}, **query}],
        "form_data": {
            "type": "NATIVE_FILTER",
            "native_filter_id": trial.FILTER,
            "dashboardId": charts["Trial modes"]["dashboard"],
        },
        "result_format": "json",
        "result_type": "full",
    }


@pytest.fixture(scope="module")
def names(imported):
    """The id of the filter's dataset."""
    return imported.run(
        "from superset.connectors.sqla.models import SqlaTable\n"
        f"answer = db.session.query(SqlaTable).filter_by(uuid='{trial.uuid('courses')}').one().id"
    )


def test_filter_lists_the_tokens_course_alone(guest, charts, names):
    answer = guest.post("/api/v1/chart/data", filter_question(charts, names, "course_name"))
    assert answer.status_code == 200, answer.text
    assert len(answer.json()["result"][0]["data"]) == 1


def test_filter_answers_no_other_column(guest, charts, names):
    for column in ("course_run", adhoc("course_key")):
        body = filter_question(charts, names, column)
        assert guest.post("/api/v1/chart/data", body).status_code == 403
    metric = filter_question(charts, names, "course_name", metrics=[adhoc("max(course_run)")])
    assert guest.post("/api/v1/chart/data", metric).status_code == 403


def test_click_on_another_chart_filters_this_one(guest, charts, truth, key):
    def cross(body):
        body["queries"][0]["filters"] = [{"col": "course_key", "op": "IN", "val": [key]}]

    chart = charts["Trial enrollments"]
    answer = guest.ask(chart, chart["dashboard"], cross)
    assert answer.json()["result"][0]["data"][0]["count"] == truth[key]


def test_clause_with_quotes_in_the_key_is_a_key(imported, charts):
    """The LMS doubles no quotes; a key that breaks out makes a query that fails or shows nothing."""
    chart = charts["Trial enrollments"]
    viewer = imported.guest([trial.EMBEDDED], ["course_key = 'course-v1:O''Neil+C+1'"])
    assert viewer.rows(chart, chart["dashboard"])[0]["count"] == 0


def sign(claims, secret):
    """Return a JSON Web Token with HS256."""
    parts = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=")
        for part in ({"alg": "HS256", "typ": "JWT"}, claims)
    ]
    mac = hmac.new(secret.encode(), b".".join(parts), hashlib.sha256).digest()
    return b".".join([*parts, base64.urlsafe_b64encode(mac).rstrip(b"=")]).decode()


def test_token_signed_with_supersets_published_key_is_refused(imported, charts, key):
    forged = sign(
        {
            "user": {"username": "x"},
            "resources": [{"type": "dashboard", "id": trial.EMBEDDED}],
            "rls_rules": [],
            "aud": "http://superset.learn.example.org/",
            "type": "guest",
            "iat": 1,
            "exp": 99999999999,
        },
        "test-guest-secret-change-me",
    )
    session = requests.Session()
    session.headers["X-GuestToken"] = forged
    chart = charts["Trial modes"]
    answer = real.Viewer(imported.url, session).ask(chart, chart["dashboard"])
    assert answer.status_code in (401, 403)


def test_guest_lists_no_users_datasets_or_databases(guest):
    for path in ("security/users/", "dataset/", "database/", "sqllab/", "query/"):
        assert guest.get(f"/api/v1/{path}").status_code in (401, 403, 404), path


def test_embedded_page_is_for_allowed_sites_only(imported, rendered):
    page = f"{imported.url}/embedded/{trial.EMBEDDED}"
    site = f"http://127.0.0.1:{rendered.site_port}"
    allowed = requests.get(page, headers={"Referer": f"{site}/course"})
    assert allowed.status_code == 200
    assert f"frame-ancestors 'self' {site}" in allowed.headers["Content-Security-Policy"]
    for other in ("http://127.0.0.1:1/", "http://evil.example.org/"):
        assert requests.get(page, headers={"Referer": other}).status_code == 403
