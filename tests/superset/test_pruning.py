"""What leaves the source leaves Superset, unless someone still uses it."""

from __future__ import annotations

import pytest
from superset import trial
from superset.facts import PERSONAL

pytestmark = pytest.mark.xdist_group("superset-real")


def test_chart_out_of_the_source_is_removed_and_only_it(imported, bring):
    imported.run(PERSONAL)
    before = set(imported.run(NAMES))
    changed = trial.bundle()
    del changed["charts/status.yaml"]
    trial.drop_chart(changed, "CHART-2")
    done = bring(changed)
    assert [line for line in trial.lines_of(done) if line[0] != "~"] == ["- chart Trial status"]
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
    trial.drop_chart(changed, "CHART-1")
    done = bring(changed)
    assert "= chart Trial modes (report Weekly sends it)" in trial.lines_of(done)
    assert "Trial modes" in imported.run(NAMES)
    # once nobody needs it any more, it goes
    imported.run(
        "from superset.reports.models import ReportSchedule\n"
        "[db.session.delete(r) for r in db.session.query(ReportSchedule).all()]"
    )
    again = bring(changed)
    assert trial.lines_of(again) == ["- chart Trial modes"]
