"""The Job that says what charts cost, in the real Superset before the real engine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import aspects_gen

pytestmark = pytest.mark.xdist_group("superset-real")

SCRIPT = Path(aspects_gen.__file__).parent / "aspects/jobs/report/report_performance.py"
RUN = """
import contextlib, importlib.util, io, os
os.environ["LOCALES"] = "en es_419"
spec = importlib.util.spec_from_file_location("report_performance", {script!r})
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
out, err = io.StringIO(), io.StringIO()
with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
    code = module.main({words!r}, app=lambda: app)
answer = {{"code": code, "out": out.getvalue(), "err": err.getvalue()}}
"""


@pytest.fixture(scope="module")
def report(imported):
    def call(*words):
        return imported.run(RUN.format(script=str(SCRIPT), words=list(words)))

    return call


@pytest.fixture(scope="module")
def whole(report):
    return report("--dashboard", "course-dashboard", "--json")


def test_every_chart_of_a_dashboard_is_measured_once(whole, placed_charts):
    assert whole["code"] == 0, whole["out"]
    charts = json.loads(whole["out"])["charts"]
    wanted = {c["name"] for c in placed_charts if c["slug"] == "course-dashboard"}
    assert {chart["chart"] for chart in charts} == wanted
    assert len({chart["mark"] for chart in charts}) == len(charts) > 15
    assert {chart["dashboard"] for chart in charts} == {"course-dashboard"}
    assert [chart["problem"] for chart in charts if chart["problem"]] == []


def test_server_says_what_it_spent_and_the_slowest_comes_first(whole):
    charts = json.loads(whole["out"])["charts"]
    spent = [chart["milliseconds"] for chart in charts]
    assert None not in spent
    assert spent == sorted(spent, reverse=True)
    assert any(chart["rows_read"] > 100 for chart in charts)
    assert all(chart["megabytes"] > 0 for chart in charts)
    assert sum(chart["rows"] for chart in charts) > 20


def test_copies_in_other_languages_are_not_measured_again(report, placed_charts):
    found = report("--chart", "Enrollees", "--chart", "Current Enrollees", "--json")
    dashboards = [chart["dashboard"] for chart in json.loads(found["out"])["charts"]]
    assert dashboards
    assert not [slug for slug in dashboards if slug.endswith(("-en", "-es_419"))]
    assert {c["slug"] for c in placed_charts} >= {f"{slug}-es_419" for slug in dashboards}


def test_one_course_costs_the_rows_of_one_course(report, key):
    found = report("--chart", "Current Enrollees", "--course", key, "--print-sql")
    assert found["code"] == 0
    assert f"'{key}'" in found["out"]
    assert "course-dashboard: Current Enrollees" in found["out"]
    assert found["out"].splitlines()[0].split()[:2] == ["ms", "MB"]
    assert found["out"].rstrip().endswith("of them")


@pytest.fixture
def key(truth):
    return sorted(truth)[0]


def test_failed_chart_is_named_and_the_others_are_measured(report, imported):
    change = (
        "from superset.models.slice import Slice\nimport json\n"
        "chart = db.session.query(Slice).filter_by(slice_name='Current Enrollees').all()\n"
        "for one in chart:\n    one.query_context = one.query_context.replace({0!r}, {1!r})\n"
    )
    before = imported.run(
        "from superset.models.slice import Slice\n"
        "answer = [one.query_context for one in db.session.query(Slice)"
        ".filter_by(slice_name='Current Enrollees')]"
    )
    metric = json.loads(before[0])["queries"][0]["metrics"][0]
    imported.run(change.format(f'"{metric}"', '"no such metric"'))
    try:
        found = report("--dashboard", "course-dashboard")
    finally:
        imported.run(change.format('"no such metric"', f'"{metric}"'))
    assert found["code"] == 1
    lines = found["out"].splitlines()
    at = next(i for i, line in enumerate(lines) if line.endswith(": Current Enrollees"))
    assert " failed " in lines[at]
    assert "no such metric" in lines[at + 1]
    assert "1 failed;" in lines[-1]


def test_nothing_that_fits_is_said(report):
    found = report("--dashboard", "no-such")
    assert (found["code"], found["out"]) == (1, "")
    assert found["err"] == "no chart fits --dashboard and --chart\n"
