"""Every chart of every dashboard answers: to an administrator, course staff, a learner and a guest."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from superset import trial

pytestmark = pytest.mark.xdist_group("superset-real")

COUNT = {"expressionType": "SQL", "sqlExpression": "COUNT(*)", "label": "rows"}
STAFF = {"Instructor", "Student", "Instructor - es_419"}
ROWS = {"metrics": [COUNT], "columns": [], "filters": [], "extras": {}, "orderby": []}


EMPTY = {
    "course-dashboard: Learners with Passing Grade": "in so small a campus nobody passes",
    "operator-dashboard: Active Users Per Organization": "counts the last days, the campus is older",
    "operator-dashboard: Superset Active Users": "counts up to yesterday, all came today",
    "operator-dashboard: Superset Registered Users Over Time": "the same",
}
"""Charts that are empty on the demo campus, and why."""

UNUSED = {
    "operator-dashboard: Most-used Charts",
    "operator-dashboard: Most-used Dashboards",
    "operator-dashboard: Superset Active Users Over Time",
}
"""Charts that are empty until someone has looked at some: other tests may have."""


@pytest.fixture(scope="module")
def placed(placed_charts):
    """Every chart of every dashboard in its own language, not only the trial ones."""
    return [chart for chart in placed_charts if not any(" - " in role for role in chart["roles"])]


@pytest.fixture(scope="module")
def shown(placed_charts):
    """The same as their readers have them, in the language that the small LMS says all prefer.

    Without a language are the trial ones alone; other originals are for administrators.
    """
    return [
        chart for chart in placed_charts if not any(r.endswith(" - en") for r in chart["roles"])
    ]


@pytest.fixture(scope="module")
def key(truth):
    """The course that `teacher` is staff of."""
    return sorted(truth)[0]


def ask_all(viewer, charts, allowed=None):
    """Return rows by chart, and what went wrong; rows of other courses are wrong."""
    found, wrong = {}, []
    for chart in charts:
        name = f"{chart['slug']}: {chart['name']}"
        answer = viewer.ask(chart, chart["dashboard"])
        if answer.status_code != 200:
            wrong.append(f"{name}: {answer.status_code} {answer.text[:300]}")
            continue
        parts = answer.json()["result"]
        wrong += [f"{name}: {part['error']}" for part in parts if part.get("error")]
        rows = [row for part in parts for row in part["data"]]
        keys = {row["course_key"] for row in rows if row.get("course_key")}
        wrong += [f"{name}: shows {texts!r}" for texts in map(unreadable, rows[:1]) if texts]
        if allowed is not None and keys - {allowed}:
            wrong.append(f"{name}: shows {sorted(keys)}")
        found[name] = rows
    return found, wrong


def unreadable(row):
    """Return the texts of a row with a control character, which a browser shows as a box."""
    texts = [value for value in row.values() if isinstance(value, str)]
    return [text for text in texts if any(ord(sign) < 32 and sign not in "\n\t" for sign in text)]


def is_empty(rows):
    """Return whether rows show nothing: none, or only zeros and gaps."""
    return not any(value for row in rows for value in row.values())


def keep(name, content):
    """Write a report into the folder that ASPECTS_SCREENSHOTS names, if it does."""
    folder = os.environ.get("ASPECTS_SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        (Path(folder) / name).write_text(json.dumps(content, indent=1, ensure_ascii=False))


def test_every_chart_has_a_saved_question(placed):
    assert [chart["name"] for chart in placed if not chart["query_context"]] == []


def test_administrator_gets_an_answer_from_every_chart_and_empty_ones_are_named(people, placed):
    found, wrong = ask_all(people["root"], placed)
    assert wrong == []
    empty = [name for name, rows in found.items() if is_empty(rows)]
    keep("charts.json", {"asked": sorted(found), "empty": empty})
    assert set(empty) - UNUSED == set(EMPTY)


def test_course_staff_get_an_answer_from_every_chart_and_only_their_course(people, shown, key):
    theirs = [chart for chart in shown if STAFF & set(chart["roles"])]
    found, wrong = ask_all(people["teacher"], theirs, key)
    assert wrong == []
    assert not all(map(is_empty, found.values()))


def test_course_staff_count_what_is_there_for_their_course(people, shown, key):
    """In every dataset: all rows under the rule are the rows of the course without the rule."""
    theirs = [chart for chart in shown if STAFF & set(chart["roles"])]
    seen = {}
    for chart in {c["dataset_id"]: c for c in theirs if "course_key" in c["columns"]}.values():
        counts = {}
        for who, filters in (
            ("teacher", []),
            ("root", [{"col": "course_key", "op": "==", "val": key}]),
            ("learner", []),
        ):

            def ask(body, filters=filters):
                body["queries"] = [{**ROWS, "filters": filters}]

            answer = people[who].ask(chart, chart["dashboard"], ask)
            if answer.status_code == 403 and who == "learner":
                counts[who] = 0
                continue
            assert answer.status_code == 200, (chart["dataset"], who, answer.text[:600])
            counts[who] = answer.json()["result"][0]["data"][0]["rows"]
        seen[chart["dataset"]] = counts
    assert {name: c for name, c in seen.items() if c["teacher"] != c["root"]} == {}
    assert {name: c for name, c in seen.items() if c["learner"]} == {}
    assert any(counts["teacher"] for counts in seen.values())


def test_guest_gets_an_answer_from_every_chart_of_what_is_embedded(
    imported, rendered, placed, key, truth
):
    embedded = imported.run(
        "from superset.models.embedded_dashboard import EmbeddedDashboard\n"
        "answer = {str(e.uuid): e.dashboard_id for e in db.session.query(EmbeddedDashboard)}"
    )
    base = rendered.values.data["aspects"]["dashboards"]["embeddable"].values()
    here = [uuid for uuid in base if uuid in embedded]
    assert trial.EMBEDDED in here
    org = key.partition(":")[2].partition("+")[0]
    guest = imported.guest(here, [f"org = '{org}'", f"course_key = '{key}'"])
    theirs = [c for c in placed if c["dashboard"] in {embedded[uuid] for uuid in here}]
    _, wrong = ask_all(guest, theirs, key)
    assert wrong == []
