"""Whatever else a database may hold is refused as a whole, with what was found and what to do."""

from __future__ import annotations

import pytest

from . import tutor_site

pytestmark = pytest.mark.xdist_group("migrations")

HEAD = ", which this release does not know\nExpected: 0041, own0001, or none\nFix: use the release"


@pytest.fixture(scope="module")
def tutor(make_database):
    database = make_database()
    database.create_databases()
    for statement in tutor_site.base_statements():
        database.run(statement)
    return database


@pytest.mark.parametrize(
    ("versions", "expected"),
    [
        (
            ("0035", "0036"),
            "Found: xapi.alembic_version is at the public revision 0036\nExpected: 0041, or none\n"
            "Fix: let the Aspects plugin for Tutor finish its own migrations (`tutor k8s do init",
        ),
        (("0041", "0042"), f"Found: xapi.alembic_version is at revision 0042{HEAD}"),
        (("own0001", "own9999"), f"Found: xapi.alembic_version is at revision own9999{HEAD}"),
    ],
)
def test_another_revision_is_refused_before_any_change(tutor, versions, expected):
    tutor.run("TRUNCATE TABLE xapi.alembic_version")
    for statement in tutor_site.version_statements(*versions):
        tutor.run(statement)
    before = tutor.objects()
    text = tutor.migrate(status=1)
    assert f"refused before any change.\n{expected}" in text
    after = tutor.objects()
    assert after.pop("xapi._migrations_lock")
    before.pop("xapi._migrations_lock", None)
    assert after == before


def test_columns_in_another_order_are_refused_with_the_first_that_differs(tutor):
    tutor.run("TRUNCATE TABLE xapi.alembic_version")
    for statement in tutor_site.version_statements("0041"):
        tutor.run(statement)
    tutor.run("ALTER TABLE event_sink.tag MODIFY COLUMN parent Int64 AFTER value")
    tutor.run("ALTER TABLE event_sink.taxonomy ADD COLUMN note String")
    text = tutor.migrate(status=1)
    for line in (
        "  event_sink.tag: column 3 is value String, expected parent Int32",
        "  event_sink.taxonomy: column 5 is note String, expected none",
        "Fix: change the tables by hand",
    ):
        assert line in text


def test_several_revisions_at_once_are_refused(make_database):
    database = make_database()
    database.create_databases()
    database.run("CREATE TABLE xapi.alembic_version (version_num String) ORDER BY version_num")
    database.run("INSERT INTO xapi.alembic_version VALUES ('0041'), ('other')")
    text = database.migrate(status=1)
    assert "holds 2 revisions at once (0041, other)\nExpected: one row\nFix: find out" in text
