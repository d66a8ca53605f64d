"""Dashboards of an operator's folder: the example of the how-to is delivered, imported, and refused when wrong."""

import json
import re

import pytest

from aspects_gen.aspects.trees import PACKAGE
from aspects_gen.compose.pipeline import build_tree
from aspects_gen.environment import Place
from aspects_gen.errors import ValuesError
from aspects_gen.generate import compose_place
from aspects_gen.services.registry import discover_services

DOCS = PACKAGE.parents[4] / "docs" / "how-to" / "add-your-own-dashboards.md"
BLOCK = re.compile(r"\*\*extensions/ours/(.+?)\*\*\n\n```\w+\n(.*?)```", re.DOTALL)
EXAMPLE = dict(BLOCK.findall(DOCS.read_text("utf-8")))
VALUES = """\
profile: starter
site: {platformName: X, lmsHost: lms.example.org}
aspects:
  dashboards: {locales: [en, es_419]}
  extensions: [../ours]
"""
DASHBOARD = "superset/dashboards/ours-passing.yaml"
CHARTS = "superset/charts/ours-passing.yaml"
DATASET = "superset/datasets/ours_passing.yaml"


@pytest.fixture
def compose(tmp_path, monkeypatch):
    """Return the composed environment with a folder of these files."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "environments").mkdir()
    path = tmp_path / "environments/site.yaml"

    def make(files, values=VALUES):
        path.write_text(values)
        for name, text in files.items():
            file = tmp_path / "ours" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        place = Place("site", path, tmp_path / "generated/site")
        return build_tree(compose_place(place, discover_services()))

    return make


@pytest.fixture
def import_of(load_script, monkeypatch, tmp_path):
    """Return what the Job would import of a tree, without Superset."""
    script = load_script("jobs/init/superset/import_assets.py")
    for name in ("HOST", "PORT", "USER", "PASSWORD", "DATABASE"):
        monkeypatch.setenv(f"CLICKHOUSE_{name}", "x")

    def run(tree):
        folder = tmp_path / "pod"
        for path, text in tree.items():
            _, mark, inside = path.partition("aspects/files/")
            if mark:
                file = folder / inside
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text)
        settings = script.read_settings(folder / "aspects-import/import.json")
        return script.read_bundle(
            folder / "aspects-assets",
            settings,
            folder / "aspects-locale",
            folder / "aspects-extensions",
        )

    return run


def test_example_is_delivered_and_imported_beside_ours(compose, import_of):
    tree = compose(EXAMPLE)
    delivered = "aspects/files/aspects-extensions/ours/"
    assert tree[f"{delivered}dashboards/ours-passing.yaml"] == EXAMPLE[DASHBOARD]
    assert "value: /app/extensions" in tree["aspects/job-aspects-assets.yaml"]
    found = import_of(tree)
    dashboards = {c["slug"]: c for n, c in found.items() if n.startswith("dashboards/")}
    assert dashboards["ours-passing-en"]["_roles"] == ["Instructor - en"]
    assert dashboards["ours-passing-es_419"]["dashboard_title"] == "Quién aprueba"
    assert dashboards["course-dashboard-es_419"]["dashboard_title"] == "Tablero del curso"
    chart = found["charts/ours-passing-enrolled-now-es_419.yaml"]
    shared = found["datasets/openedx_clickhouse/enrollment_status-es_419.yaml"]
    assert chart["dataset_uuid"] == shared["uuid"]


def test_role_of_the_folder_opens_the_original(compose, import_of):
    roles = json.dumps({"roles": {"Auditor": ["can_read on Dashboard"]}})
    dashboard = EXAMPLE[DASHBOARD].replace("role: Instructor", "role: Auditor")
    found = import_of(compose({**EXAMPLE, "superset/roles.yaml": roles, DASHBOARD: dashboard}))
    assert found["dashboards/ours-passing.yaml"]["_roles"] == ["Auditor"]
    assert found["dashboards/ours-passing-en.yaml"]["_roles"] == ["admin"]
    assert found["roles.yaml"] == {"roles": {"Auditor": ["can_read on Dashboard"]}}


def test_rules_of_the_folder_come_after_ours(compose, import_of):
    rule = {"name": "Ours", "clause": "1 = 1", "datasets": ["ours_passing"]}
    found = import_of(compose({**EXAMPLE, "superset/rls.yaml": json.dumps({"rules": [rule]})}))
    names = [r["name"] for r in found["rls.yaml"]["rules"]]
    assert names == ["Courses of the viewer", "Whole platform", "Ours"]


def test_without_superset_in_the_folder_no_dashboard_is_read(compose, monkeypatch):
    from aspects_gen.aspects import extension_checks

    tree = compose({"README.md": "nothing"})
    assert not any("aspects-extensions" in path for path in tree)
    assert not hasattr(extension_checks, "check_dashboards")
    assert "EXTENSIONS" not in tree["aspects/job-aspects-assets.yaml"]


OURS = PACKAGE / "apps/superset/assets/datasets/enrollment_status.yaml"
FAULTS = {
    "a slug without the name": (
        {
            "superset/dashboards/passing.yaml": EXAMPLE[DASHBOARD],
            "superset/charts/passing.yaml": EXAMPLE[CHARTS],
        },
        "superset/dashboards/passing.yaml",
        "found the slug passing, expected ours-passing",
    ),
    "a dataset of ours": (
        {"superset/datasets/enrollment_status.yaml": OURS.read_text("utf-8")},
        "superset/datasets/enrollment_status.yaml",
        "there is a datasets/enrollment_status.yaml already; call it ours_enrollment_status.yaml",
    ),
    "a UUID of ours": (
        {
            DATASET: re.sub(
                "uuid: .*", "uuid: a4b350bd-5ec3-4baf-8835-074d1d6e106e", EXAMPLE[DATASET]
            )
        },
        DATASET,
        "is also that of datasets/enrollment_status.yaml",
    ),
    "a table that is a dataset": (
        {
            DATASET: re.sub(
                r"sql: \|\n.*\n.*\n", "table: reporting.video_watches\n", EXAMPLE[DATASET]
            )
        },
        DATASET,
        "table: reporting.video_watches is the dataset video_watches",
    ),
    "a dataset that course staff see and no rule fences": (
        {DATASET: EXAMPLE[DATASET].replace("  org: text\n", "")},
        DATASET,
        "no column org; course staff reach this dataset",
    ),
    "an unknown metric": (
        {CHARTS: EXAMPLE[CHARTS].replace("[passing]", "[pass]")},
        CHARTS,
        "Passing by run.metrics: ours_passing has no metric pass",
    ),
    "a rule on a dataset of ours": (
        {"superset/rls.yaml": "rules: [{name: X, clause: 1 = 1, datasets: [enrollment_status]}]"},
        "superset/rls.yaml",
        "rules of others are not replaced",
    ),
    "a role of the site": (
        {"superset/roles.yaml": "roles: {Admin: []}"},
        "superset/roles.yaml",
        "roles.Admin: the role is defined elsewhere",
    ),
    "a connection": (
        {"superset/databases/mine.yaml": "database_name: X\n"},
        "superset/databases/mine.yaml",
        "nothing reads this file",
    ),
    "no YAML": ({CHARTS: "a: ["}, CHARTS, "no YAML"),
    "a file of another kind": ({"superset/x.json": "{}"}, "superset/x.json", "nothing reads"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_refused_at_its_file(compose, name):
    change, file, text = FAULTS[name]
    files = {**EXAMPLE, **change}
    if "superset/dashboards/passing.yaml" in change:
        del files[DASHBOARD], files[CHARTS]
    with pytest.raises(ValuesError) as caught:
        compose(files)
    found = [(finding.at.file, finding.problem) for finding in caught.value.findings]
    assert [f for f, problem in found if text in problem] == [f"ours/{file}"], found
