"""Every relation has the name, the database, the columns, their order and types that readers know."""

import difflib
import json
from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("warehouse")

RELATIONS = json.loads((Path(__file__).parent / "relations.json").read_text(encoding="utf-8"))


def listed():
    return [
        f"{relation['database']}.{relation['name']}.{name} {kind}"
        for relation in sorted(RELATIONS, key=lambda it: (it["database"], it["name"]))
        for name, kind in relation["columns"]
    ]


def found(warehouse):
    names = ", ".join(f"'{relation['name']}'" for relation in RELATIONS)
    rows = warehouse.rows(
        "SELECT database, table, name, type FROM system.columns"
        f" WHERE table IN ({names}) AND database IN ('xapi', 'event_sink', 'reporting')"
        " ORDER BY database, table, position"
    )
    return [f"{database}.{table}.{name} {kind}" for database, table, name, kind in rows]


def test_relations_are_thirty_six():
    assert len({relation["name"] for relation in RELATIONS}) == 36


def test_columns_equal_the_list(warehouse):
    difference = list(
        difflib.unified_diff(listed(), found(warehouse), "listed", "found", n=0, lineterm="")
    )
    assert not difference, "\n".join(difference)


def test_models_are_all_documented_and_unit_tested(warehouse):
    manifest = json.loads((warehouse.folder / "target" / "manifest.json").read_text())
    models = {
        node["name"]: node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
    }
    tested = {unit["model"] for unit in manifest["unit_tests"].values()}
    undocumented = [
        f"{name}.{column}"
        for name, model in models.items()
        for column, about in {"": model, **model["columns"]}.items()
        if not about["description"]
    ]
    assert sorted(set(models) - tested) == []
    assert undocumented == []
    assert [name for name, model in models.items() if not model["contract"]["enforced"]] == []
    assert [
        name for name, model in models.items() if not model["config"]["meta"].get("fresh")
    ] == []


def test_dashboards_are_exposures(warehouse):
    manifest = json.loads((warehouse.folder / "target" / "manifest.json").read_text())
    names = sorted(exposure["meta"]["slug"] for exposure in manifest["exposures"].values())
    assert names == [
        "course-comparison",
        "course-dashboard",
        "in-context-course",
        "in-context-graded-subsection",
        "in-context-problem",
        "in-context-video",
        "individual-learner",
        "learner-groups",
        "operator-dashboard",
    ]


def test_targets_other_than_prod_put_every_model_into_one_database(warehouse, tmp_path):
    profiles = tmp_path / "profiles.yml"
    from_project = (Path(warehouse.environment()["DBT_PROFILES_DIR"]) / "profiles.yml").read_text()
    profiles.write_text(from_project.replace("prod", "dev"))
    listing = warehouse.dbt(
        *("ls", "--resource-type", "model", "--output", "json", "--output-keys", "schema"),
        *("--profiles-dir", str(tmp_path), "--target-path", str(tmp_path / "target")),
    )
    schemas = {json.loads(line)["schema"] for line in listing.splitlines() if line.startswith("{")}
    assert schemas == {"reporting"}
