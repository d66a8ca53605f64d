"""The import into a real Superset: once, again, changed, failed half way."""

from __future__ import annotations

import json

import pytest
from superset import trial
from superset.facts import DUMP, FACTS, PERSONAL

pytestmark = pytest.mark.xdist_group("superset-real")


def test_first_import_says_what_it_created(imported):
    created = trial.lines_of(imported.first)
    assert {line[:1] for line in created} == {"+"}
    assert {"+ dashboard Trial course", "+ chart Trial modes", "+ rule Whole platform"} <= set(
        created
    )
    assert "+ role Instructor" not in created
    assert " created, 0 changed, 0 removed, 0 kept" in imported.first["out"]


def test_second_import_writes_nothing(imported, assets):
    before = imported.run(DUMP)
    again = imported.bring(assets)
    assert again["out"].splitlines() == ["assets: 0 created, 0 changed, 0 removed, 0 kept"]
    assert imported.run(DUMP) == before


def test_dry_run_shows_and_changes_nothing(imported, bring):
    before = imported.run(DUMP)
    changed = trial.bundle()
    changed["charts/modes.yaml"]["slice_name"] = "Trial ways"
    del changed["charts/status.yaml"]
    trial.drop_chart(changed, "CHART-2")
    shown = bring(changed, "--dry-run", "--json")
    report = json.loads(shown["out"])
    assert shown["code"] == 0
    assert report["changed"] is False
    said = {(c["action"], c["kind"], c["name"]): c["fields"] for c in report["changes"]}
    assert said[("update", "chart", "Trial ways")] == {"slice_name": ["Trial modes", "Trial ways"]}
    assert ("delete", "chart", "Trial status") in said
    assert imported.run(DUMP) == before


def test_changes_are_made_in_place_and_others_work_stays(imported, bring):
    imported.run(PERSONAL)
    before = imported.run(FACTS)
    changed = trial.bundle()
    changed["charts/modes.yaml"]["params"]["donut"] = True
    changed["datasets/t/enrollments.yaml"]["metrics"].append(
        {"metric_name": "learners", "expression": "COUNT(DISTINCT actor_id)"}
    )
    changed["datasets/t/enrollments.yaml"]["columns"][0]["verbose_name"] = "When"
    changed["dashboards/trial-course.yaml"]["dashboard_title"] = "Trial course, renamed"
    done = bring(changed)
    assert done["out"].splitlines() == [
        "~ dataset enrollment_events",
        '    columns.emission_time.verbose_name: null -> "When"',
        '    metrics.learners.currency: "-" -> null',
        *(
            f'    metrics.learners.{key}: "-" -> {value}'
            for key, value in (
                ("d3format", "null"),
                ("description", "null"),
                ("expression", '"COUNT(DISTINCT actor_id)"'),
                ("extra", "null"),
                ("metric_type", "null"),
                ("verbose_name", "null"),
                ("warning_text", "null"),
            )
        ),
        "~ chart Trial modes",
        '    params.donut: "-" -> true',
        "~ dashboard Trial course, renamed",
        '    dashboard_title: "Trial course" -> "Trial course, renamed"',
        "assets: 0 created, 3 changed, 0 removed, 0 kept",
    ]
    after = imported.run(FACTS)
    assert after == before
    assert before["stars"] == 2
    assert before["owners"] == ["lms"]
    assert before["report"]


def test_edit_by_hand_is_taken_back(imported, assets, rendered):
    imported.run(
        FACTS
        + "chart.description = 'edited'; dashboard.roles = []; dashboard.embedded[0].allow_domain_list = ''"
    )
    done = imported.bring(assets)
    said = done["out"].splitlines()
    assert '    description: "edited" -> null' in said
    assert '    roles: [] -> ["Instructor", "Student"]' in said
    assert f'    embedding: [] -> ["http://127.0.0.1:{rendered.site_port}"]' in said


def test_failure_half_way_leaves_nothing_behind(imported, bring):
    before = imported.run(DUMP)
    imported.run(
        "import importer.access as access\n"
        "access.real = access.put_rules\n"
        "def fail(*_): raise RuntimeError('killed')\n"
        "access.put_rules = fail\n"
    )
    changed = trial.bundle()
    changed["charts/modes.yaml"]["slice_name"] = "Trial ways"
    with pytest.raises(AssertionError, match="killed"):
        bring(changed)
    imported.run("import importer.access as access\naccess.put_rules = access.real")
    assert imported.run(DUMP) == before
