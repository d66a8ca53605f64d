"""Roles that the assets bring."""

from __future__ import annotations

import pytest
from superset import trial

pytestmark = pytest.mark.xdist_group("superset-real")


RIGHTS = """
role = manager.find_role("Auditor")
answer = sorted(str(right) for right in role.permissions) if role else None
"""


def test_roles_of_the_bundle_are_the_whole_list(imported, bring):
    changed = trial.bundle()
    changed["roles.yaml"] = {"roles": {"Auditor": ["can_read on Chart", "can_read on Dashboard"]}}
    assert "+ role Auditor" in trial.lines_of(bring(changed))
    assert imported.run(RIGHTS) == ["can read on Chart", "can read on Dashboard"]
    changed["roles.yaml"]["roles"]["Auditor"] = ["can_read on Dashboard"]
    assert trial.lines_of(bring(changed)) == ["~ role Auditor"]
    assert imported.run(RIGHTS) == ["can read on Dashboard"]
    changed["roles.yaml"]["roles"]["Auditor"] = ["can_fly on Dashboard"]
    done = bring(changed)
    assert done["code"] == 1
    assert (
        "roles.yaml: roles.Auditor.0: this Superset has no right 'can_fly on Dashboard'"
        in done["err"]
    )
