"""Wrong assets change nothing, and every fault is named with file and key."""

from __future__ import annotations

import pytest
from superset import trial
from superset.facts import DUMP

pytestmark = pytest.mark.xdist_group("superset-real")


def break_many(contents):
    """Return the bundle with one fault of each kind, and where each is."""
    contents["charts/modes.yaml"]["dataset_uuid"] = trial.uuid("nothing")
    contents["charts/enrollments.yaml"]["uuid"] = "not-a-uuid"
    contents["charts/status.yaml"] = "a: [\n"
    contents["charts/twice.yaml"] = "slice_name: a\nslice_name: b\n"
    contents["datasets/t/enrollments.yaml"]["main_dttm_col"] = "when"
    contents["dashboards/trial-course.yaml"]["_roles"] = ["janitor"]
    contents["dashboards/trial-course.yaml"]["metadata"]["native_filter_configuration"][0][
        "targets"
    ][0]["column"]["name"] = "colour"
    contents["dashboards/trial-platform.yaml"]["slug"] = "trial-course"
    contents["themes/one.yaml"] = {"theme_name": "x"}
    return [
        "charts/enrollments.yaml: uuid:",
        "charts/modes.yaml: dataset_uuid:",
        "charts/status.yaml:2:1: no YAML",
        "charts/twice.yaml:2:1: no YAML",
        "dashboards/trial-course.yaml: _roles.0:",
        "dashboards/trial-course.yaml: metadata.native_filter_configuration.0.targets.0.column.name:",
        "dashboards/trial-platform.yaml: slug:",
        "datasets/t/enrollments.yaml: main_dttm_col:",
        "themes/one.yaml: found the folder themes",
    ]


def test_every_fault_is_named_with_file_and_key_and_nothing_changes(imported, bring):
    before = imported.run(DUMP)
    changed = trial.bundle()
    wanted = break_many(changed)
    done = bring(changed)
    assert done["code"] == 1
    assert done["out"] == ""
    assert "Traceback" not in done["err"]
    said = [line.strip() for line in done["err"].splitlines()]
    assert said[0] == "assets are wrong, nothing was imported:"
    for place in wanted:
        assert any(line.startswith(place) for line in said), (place, said)
    assert imported.run(DUMP) == before


def test_form_that_superset_refuses_is_named_with_file_and_key(imported, bring):
    changed = trial.bundle()
    changed["charts/modes.yaml"]["cache_timeout"] = "long"
    changed["datasets/t/enrollments.yaml"]["columns"][1]["is_dttm"] = [1]
    done = bring(changed)
    assert done["code"] == 1
    assert "charts/modes.yaml: cache_timeout: Not a valid integer." in done["err"]
    assert "datasets/t/enrollments.yaml: columns.1.is_dttm: Not a valid boolean." in done["err"]


def test_dataset_without_a_rule_is_refused(imported, bring):
    changed = trial.bundle()
    changed["dashboards/trial-platform.yaml"]["_roles"] = ["operator", "student"]
    done = bring(changed)
    assert done["code"] == 1
    assert (
        "datasets/t/platform.yaml: no row-level rule fences this dataset, which "
        "dashboards/trial-platform.yaml shows" in done["err"]
    )


def test_embedded_dataset_without_the_guests_columns_is_refused(imported, bring):
    changed = trial.bundle()
    columns = changed["datasets/t/status.yaml"]["columns"]
    columns[:] = [column for column in columns if column["column_name"] != "org"]
    done = bring(changed)
    assert done["code"] == 1
    assert "datasets/t/status.yaml: columns: no org, by which the filters of guest" in done["err"]
