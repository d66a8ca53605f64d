"""An operator's folder in a real Superset: its dashboard, dataset, role and rule come, are fenced, and go."""

from __future__ import annotations

import json
import re

import pytest
import yaml
from superset import trial
from superset.conftest import CHARTS, ROOT

pytestmark = pytest.mark.xdist_group("superset-real")

DOCS = ROOT / "docs" / "how-to" / "add-your-own-dashboards.md"
BLOCK = re.compile(r"\*\*extensions/ours/superset/(.+?)\*\*\n\n```\w+\n(.*?)```", re.DOTALL)
AUDIT = {
    "dashboards/ours-audit.yaml": {
        "title": "Audit",
        "uuid": trial.uuid("ours audit"),
        "role": "Our Auditors",
        "rows": [{"Statements": 12}],
    },
    "charts/ours-audit.yaml": {
        "Statements": {
            "uuid": trial.uuid("ours statements"),
            "kind": "number",
            "dataset": "ours_statements",
            "metric": "count",
        }
    },
    "datasets/ours_statements.yaml": {
        "uuid": trial.uuid("ours_statements"),
        "columns": {"course_key": "text", "org": "text"},
        "sql": "SELECT course_key, org FROM {xapi}.enrollment_events",
    },
    "roles.yaml": {"roles": {"Our Auditors": ["can_read on Chart", "can_read on Dashboard"]}},
    "rls.yaml": {
        "rules": [
            {
                "name": "Audited organisations",
                "clause": "org = 'nobody'",
                "datasets": ["ours_statements"],
            }
        ]
    },
}
"""Beside the example of the how-to: a role, a dashboard for it alone, and a rule of its own."""

STATE = """
from superset.connectors.sqla.models import RowLevelSecurityFilter, SqlaTable
from superset.models.dashboard import Dashboard
from superset.models.slice import Slice
ours = lambda name: name.startswith("ours") or name in ("Our Auditors", "Audited organisations")
answer = {
    "dashboards": sorted(d.slug for d in db.session.query(Dashboard) if ours(d.slug or "")),
    "datasets": sorted({t.table_name for t in db.session.query(SqlaTable) if ours(t.table_name)}),
    "rules": {r.name: sorted({t.table_name for t in r.tables})
              for r in db.session.query(RowLevelSecurityFilter) if ours(r.name)},
    "fenced": sorted({t.table_name for r in db.session.query(RowLevelSecurityFilter)
              if r.name == "Courses of the viewer" for t in r.tables if ours(t.table_name)}),
    "rights": sorted(map(str, role.permissions)) if (role := manager.find_role("Our Auditors")) else [],
    "others": [db.session.query(kind).count() for kind in (Dashboard, Slice, SqlaTable)],
}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder of extensions as the Job has it mounted: ours, and nothing else."""
    found = tmp_path_factory.mktemp("extensions")
    example = dict(BLOCK.findall(DOCS.read_text("utf-8")))
    assert len(example) == 4
    for name, content in {**example, **AUDIT}.items():
        path = found / "ours" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else yaml.safe_dump(content))
    return found


@pytest.fixture
def extended(imported, assets, folder):
    """Superset with the folder in it, how that went, and what was there before; it goes again."""
    imported.before = imported.run(STATE)
    imported.added = imported.bring(assets, "--extensions", str(folder))
    assert imported.added["code"] == 0, imported.added["err"]
    yield imported
    assert imported.bring(assets)["code"] == 0


def test_folder_is_imported_fenced_and_pruned(extended, assets, folder):
    said = trial.lines_of(extended.added)
    # our rule takes their dataset in
    assert [line for line in said if line[0] != "+"] == ["~ rule Courses of the viewer"]
    assert {"+ dashboard Who passes", "+ dashboard Quién aprueba", "+ role Our Auditors"} <= {
        *said
    }
    there = extended.run(STATE)
    copies = ["", "-en", "-es_419"]
    assert there["dashboards"] == [f"ours-{n}{c}" for n in ("audit", "passing") for c in copies]
    passing, statements = (
        [f"ours_{name}{copy.replace('-', '_')}" for copy in copies]
        for name in ("passing", "statements")
    )
    assert there["datasets"] == [*passing, *statements]
    assert there["rules"] == {"Audited organisations": statements}
    assert there["fenced"] == passing
    assert there["rights"] == ["can read on Chart", "can read on Dashboard"]
    again = extended.bring(assets, "--extensions", str(folder), "--json")
    assert json.loads(again["out"]) == {"changed": False, "changes": []}

    gone = trial.lines_of(extended.bring(assets))
    assert [line for line in gone if line[0] != "-"] == ["~ rule Courses of the viewer"]
    left = extended.run(STATE)
    # a role may have people by now, so that it stays
    assert left == {**extended.before, "rights": there["rights"]}


def test_each_viewer_sees_what_rules_leave_of_it(extended, people, truth):
    key = sorted(truth)[0]
    charts = [c for c in extended.run(CHARTS) if c["slug"].startswith("ours-")]

    def named(name, slug):
        (found,) = (c for c in charts if (c["name"], c["slug"]) == (name, slug))
        return found

    passing = named("Passing by run", "ours-passing-es_419")
    runs = people["teacher"].rows(passing, passing["dashboard"])
    assert {row["course_run"] for row in runs} == {key.rpartition("+")[2]}
    everyone = people["root"].rows(passing, passing["dashboard"])
    assert len(everyone) >= len(runs)
    audit = named("Statements", "ours-audit")
    assert people["root"].rows(audit, audit["dashboard"])[0]["count"] == truth.total()
    assert people["teacher"].ask(audit, audit["dashboard"]).status_code == 403
    extended.run(
        "teacher = manager.find_user(username='teacher')\n"
        "teacher.roles.append(manager.find_role('Our Auditors'))"
    )
    assert people["teacher"].rows(audit, audit["dashboard"])[0]["count"] == 0


def test_fault_of_the_folder_is_named_with_folder_file_and_key(imported, assets, folder, tmp_path):
    path = tmp_path / "ours" / "charts" / "ours-passing.yaml"
    path.parent.mkdir(parents=True)
    for file in (folder / "ours").rglob("*.yaml"):
        copy = tmp_path / file.relative_to(folder)
        copy.parent.mkdir(exist_ok=True)
        copy.write_text(file.read_text().replace("dataset: ours_passing", "dataset: ours_passed"))
    done = imported.bring(assets, "--extensions", str(tmp_path))
    assert done["code"] == 1
    assert "charts/ours-passing.yaml: Passing by run.dataset:" in done["err"]
    assert "ours_passed" in done["err"]
