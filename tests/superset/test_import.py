"""The import into a real Superset: once, again, changed, pruned, refused."""

from __future__ import annotations

import itertools
import json
import subprocess

import pytest
from superset import trial

pytestmark = pytest.mark.xdist_group("superset-real")

DUMP = """
answer = {}
for table in ("dbs", "tables", "table_columns", "sql_metrics", "slices", "dashboards", "dashboard_slices",
              "dashboard_roles", "embedded_dashboards", "row_level_security_filters", "rls_filter_tables",
              "rls_filter_roles", "key_value", "ab_role", "ab_permission_view_role", "slice_user",
              "dashboard_user", "sqlatable_user", "tagged_object", "logs"):
    rows = db.session.execute("SELECT * FROM " + table).fetchall()
    answer[table] = sorted(repr(tuple(row)) for row in rows)
"""


@pytest.fixture
def bring(imported, own, assets, tmp_path):
    """Import the environment's assets with a changed trial bundle; the usual one follows."""
    count = itertools.count()

    def run(contents, *words):
        changed = trial.lay_down(contents, tmp_path / str(next(count)), beside=own)
        return imported.bring(changed, *words)

    yield run
    again = imported.bring(assets)
    assert again["code"] == 0, again["err"]


def lines_of(done):
    return [line for line in done["out"].splitlines() if line[:2] in ("+ ", "~ ", "- ", "= ")]


def test_first_import_says_what_it_created(imported):
    created = lines_of(imported.first)
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
    drop_chart(changed, "CHART-2")
    shown = bring(changed, "--dry-run", "--json")
    report = json.loads(shown["out"])
    assert shown["code"] == 0
    assert report["changed"] is False
    said = {(c["action"], c["kind"], c["name"]): c["fields"] for c in report["changes"]}
    assert said[("update", "chart", "Trial ways")] == {"slice_name": ["Trial modes", "Trial ways"]}
    assert ("delete", "chart", "Trial status") in said
    assert imported.run(DUMP) == before


def drop_chart(contents, place):
    """Take a chart out of the course dashboard's layout."""
    layout = contents["dashboards/trial-course.yaml"]["position"]
    del layout[place]
    layout["ROW-1"]["children"].remove(place)


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


FACTS = f"""
from superset.connectors.sqla.models import SqlaTable
from superset.models.core import FavStar
from superset.models.dashboard import Dashboard
from superset.models.slice import Slice
from superset.reports.models import ReportSchedule
from superset.tags.models import Tag, TaggedObject
dashboard = db.session.query(Dashboard).filter_by(uuid="{trial.EMBEDDED}").one()
chart = db.session.query(Slice).filter_by(uuid="{trial.uuid("Trial modes")}").one()
dataset = db.session.query(SqlaTable).filter_by(uuid="{trial.uuid("enrollments")}").one()
tags = db.session.query(TaggedObject).join(Tag).filter(Tag.name == "mine").all()
answer = {{
    "ids": [dashboard.id, chart.id, dataset.id],
    "columns": [column.id for column in dataset.columns],
    "charts": sorted(c.id for c in dashboard.slices),
    "embedded": [[str(e.uuid), e.allow_domain_list] for e in dashboard.embedded],
    "owners": [owner.username for owner in chart.owners],
    "stars": db.session.query(FavStar).count(),
    "tags": [[tag.object_id, str(tag.object_type)] for tag in tags],
    "report": [r.chart_id for r in db.session.query(ReportSchedule).all()],
    "copy": [c.id for c in db.session.query(Slice).filter_by(slice_name="A copy").all()],
}}
"""

PERSONAL = (
    FACTS
    + """
from datetime import datetime
from superset.tags.models import ObjectType
user = manager.find_user(username="lms")
if not answer["stars"]:
    for name, number in (("slice", chart.id), ("Dashboard", dashboard.id)):
        db.session.add(FavStar(user_id=user.id, class_name=name, obj_id=number, dttm=datetime.now()))
    chart.owners.append(user)
    db.session.add(ReportSchedule(
        type="Report", name="Weekly", crontab="0 9 * * 1", chart_id=chart.id, report_format="CSV",
        owners=[user], timezone="UTC", creation_method="charts"))
    tag = Tag(name="mine", type="custom")
    db.session.add(tag)
    db.session.flush()
    db.session.add(TaggedObject(tag_id=tag.id, object_id=chart.id, object_type=ObjectType.chart))
    copy = chart.clone()
    copy.slice_name = "A copy"
    db.session.add(copy)
"""
)


def test_chart_out_of_the_source_is_removed_and_only_it(imported, bring):
    imported.run(PERSONAL)
    before = set(imported.run(NAMES))
    changed = trial.bundle()
    del changed["charts/status.yaml"]
    drop_chart(changed, "CHART-2")
    done = bring(changed)
    assert [line for line in lines_of(done) if line[0] != "~"] == ["- chart Trial status"]
    assert before - set(imported.run(NAMES)) == {"Trial status"}
    assert set(imported.run(NAMES)) <= before


NAMES = """
from superset.models.slice import Slice
answer = sorted(name for (name,) in db.session.query(Slice.slice_name))
"""


def test_what_someone_still_uses_is_kept_and_named(imported, bring):
    imported.run(PERSONAL)
    changed = trial.bundle()
    del changed["charts/modes.yaml"]
    drop_chart(changed, "CHART-1")
    done = bring(changed)
    assert "= chart Trial modes (report Weekly sends it)" in lines_of(done)
    assert "Trial modes" in imported.run(NAMES)
    # once nobody needs it any more, it goes
    imported.run(
        "from superset.reports.models import ReportSchedule\n"
        "[db.session.delete(r) for r in db.session.query(ReportSchedule).all()]"
    )
    again = bring(changed)
    assert lines_of(again) == ["- chart Trial modes"]


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


RIGHTS = """
role = manager.find_role("Auditor")
answer = sorted(str(right) for right in role.permissions) if role else None
"""


def test_roles_of_the_bundle_are_the_whole_list(imported, bring):
    changed = trial.bundle()
    changed["roles.yaml"] = {"roles": {"Auditor": ["can_read on Chart", "can_read on Dashboard"]}}
    assert "+ role Auditor" in lines_of(bring(changed))
    assert imported.run(RIGHTS) == ["can read on Chart", "can read on Dashboard"]
    changed["roles.yaml"]["roles"]["Auditor"] = ["can_read on Dashboard"]
    assert lines_of(bring(changed)) == ["~ role Auditor"]
    assert imported.run(RIGHTS) == ["can read on Dashboard"]
    changed["roles.yaml"]["roles"]["Auditor"] = ["can_fly on Dashboard"]
    done = bring(changed)
    assert done["code"] == 1
    assert (
        "roles.yaml: roles.Auditor.0: this Superset has no right 'can_fly on Dashboard'"
        in done["err"]
    )


def test_what_is_in_the_way_in_superset_is_named(imported, bring):
    """Someone's own dataset on the same table, and their dashboard with the same address."""
    changed = trial.bundle()
    changed["datasets/t/mine.yaml"] = {
        **changed["datasets/t/platform.yaml"],
        "uuid": trial.uuid("mine"),
        "table_name": "theirs",
    }
    changed["dashboards/trial-platform.yaml"]["slug"] = "their-slug"
    imported.run(THEIRS)
    try:
        done = bring(changed)
        assert done["code"] == 1
        assert "datasets/t/mine.yaml: table_name: dataset" in done["err"]
        assert "stands for the same table" in done["err"]
        assert "dashboards/trial-platform.yaml: slug: dashboard" in done["err"]
        assert "Traceback" not in done["err"]
    finally:
        imported.run(
            THEIRS.partition("dataset = ")[0]
            + "[db.session.delete(d) for d in (theirs(SqlaTable, table_name='theirs'), "
            "theirs(Dashboard, slug='their-slug'))]"
        )


THEIRS = """
from superset.connectors.sqla.models import SqlaTable
from superset.models.core import Database
from superset.models.dashboard import Dashboard
def theirs(model, **names):
    return db.session.query(model).filter_by(**names).one()
dataset = SqlaTable(table_name="theirs", schema="xapi", database=db.session.query(Database).first())
db.session.add(dataset)
db.session.add(Dashboard(slug="their-slug", dashboard_title="Theirs"))
"""


def test_dataset_that_another_installation_left_is_taken_over(imported, bring):
    """Upstream's import gave a table's dataset the UUID of its copy in a language."""
    left = trial.uuid("trial_status")
    imported.run(
        "import uuid\n"
        "from superset.connectors.sqla.models import SqlaTable\n"
        f"row = db.session.query(SqlaTable).filter_by(uuid='{left}').one()\n"
        f"row.uuid = uuid.uuid5(uuid.uuid5(uuid.UUID('{left}'), 'superset'), 'en')\n"
        "answer = row.id"
    )
    done = bring(trial.bundle())
    assert done["code"] == 0, done["err"]
    assert not [line for line in lines_of(done) if line[0] in "+-"]


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


def test_import_waits_its_turn(imported, assets):
    """Another run holds the lock; this one gives up after its time and says so."""
    done = imported.run(
        "import os\n"
        "from importer.turn import turn\n"
        "import import_assets\n"
        "os.environ['WAIT_SECONDS'] = '0'\n"
        "try:\n"
        "    with turn(db.engine, 1, print):\n"
        f"        answer = import_assets.main(['--assets', {str(assets)!r}], app=lambda: app)\n"
        "finally:\n"
        "    os.environ['WAIT_SECONDS'] = '300'\n"
    )
    assert done == 1
    assert "another import was at work" in imported.log.read_text()


def test_two_runs_at_once_do_not_collide(imported, assets):
    """The script itself as a Job would run it, while this process imports as well."""
    script = imported.folder / "aspects-import" / "import_assets.py"
    words = [imported.words[0], str(script), "--assets", str(assets), "--json"]
    other = subprocess.Popen(
        words, env=imported.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    while other.poll() is None:
        assert imported.bring(assets)["code"] == 0
    out, err = other.communicate()
    assert other.returncode == 0, err.decode()[-3000:]
    assert json.loads(out.decode().splitlines()[-1]) == {"changed": False, "changes": []}
