"""What Superset holds already and the assets need: named, or taken over."""

from __future__ import annotations

import pytest
from superset import trial

pytestmark = pytest.mark.xdist_group("superset-real")


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
    assert not [line for line in trial.lines_of(done) if line[0] in "+-"]
