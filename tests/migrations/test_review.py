"""Dangerous changes are refused before anything runs, unless the revision says why they may."""

from __future__ import annotations

import re
import sys
import types
from pathlib import Path

import pytest

from aspects_gen import aspects

MIGRATIONS = Path(aspects.__file__).parent / "apps" / "aspects" / "migrations"

TYPES = {"event_sink.tag": {"id": "Int32", "value": "String", "parent": "Nullable(Int32)"}}


@pytest.fixture(scope="module")
def scripts():
    """The modules of the migrations folder, over an Alembic that runs nothing."""
    kept = {name: sys.modules.get(name) for name in ("alembic", "ddl", "review")}
    sys.modules["alembic"] = types.SimpleNamespace(op=None)
    sys.path.insert(0, str(MIGRATIONS))
    import ddl
    import review

    yield types.SimpleNamespace(ddl=ddl, review=review)
    sys.path.remove(str(MIGRATIONS))
    for name, module in kept.items():
        sys.modules.pop(name, None)
        if module is not None:
            sys.modules[name] = module


@pytest.mark.parametrize(
    ("statement", "rules"),
    [
        ("ALTER TABLE a.b ADD COLUMN IF NOT EXISTS c String DEFAULT 'DROP COLUMN'", []),
        ("ALTER TABLE a.b ADD COLUMN c String", ["cannot-repeat"]),
        (
            "ALTER TABLE a.b ADD INDEX IF NOT EXISTS i c TYPE minmax, ADD INDEX j c TYPE minmax",
            ["cannot-repeat"],
        ),
        ("ALTER TABLE a.b DROP INDEX IF EXISTS i", []),
        ("ALTER TABLE a.b DROP INDEX i", ["cannot-repeat"]),
        ("ALTER TABLE `a`.`b` ON CLUSTER 'main' DROP COLUMN IF EXISTS c", ["drops-data"]),
        ("ALTER TABLE a.b DROP PARTITION 202401", ["drops-data"]),
        ("ALTER TABLE a.b CLEAR COLUMN c", ["drops-data"]),
        ("ALTER TABLE a.b DETACH PARTITION 202401", ["drops-data"]),
        ("ALTER TABLE a.b DELETE WHERE c = 'x'", ["drops-data"]),
        ("ALTER TABLE a.b UPDATE c = 'x' WHERE 1", ["drops-data"]),
        ("ALTER TABLE a.b MODIFY ORDER BY (c, d)", ["changes-key"]),
        ("ALTER TABLE a.b MODIFY TTL t + INTERVAL 1 MONTH", []),
        ("ALTER TABLE a.b MODIFY SETTING index_granularity = 1", []),
        ("ALTER TABLE a.b MODIFY COMMENT 'x'", []),
        ("ALTER TABLE a.b MODIFY COLUMN c Int64", ["narrows-type"]),
        ("ALTER TABLE a.b MODIFY COLUMN c DEFAULT 'x'", []),
        ("ALTER TABLE event_sink.tag MODIFY COLUMN id Int64", []),
        ("ALTER TABLE event_sink.tag MODIFY COLUMN id Int16", ["narrows-type"]),
        ("ALTER TABLE event_sink.tag MODIFY COLUMN id Nullable(Int32)", []),
        ("ALTER TABLE event_sink.tag MODIFY COLUMN parent Int32", ["narrows-type"]),
        ("ALTER TABLE event_sink.tag MODIFY COLUMN value LowCardinality(String) CODEC(ZSTD)", []),
        ("ALTER TABLE event_sink.tag MODIFY COLUMN id Int64 FIRST", ["breaks-inserts"]),
        ("ALTER TABLE event_sink.tag ADD COLUMN IF NOT EXISTS c String", ["breaks-inserts"]),
        (
            "ALTER TABLE event_sink.tag ADD COLUMN IF NOT EXISTS c String MATERIALIZED lower(value)",
            [],
        ),
        ("ALTER TABLE event_sink.tag RENAME COLUMN IF EXISTS id TO no", ["breaks-inserts"]),
        ("ALTER TABLE a.b RENAME COLUMN c TO d", ["cannot-repeat"]),
        ("ALTER TABLE a.b FREEZE", ["unknown"]),
        ("CREATE TABLE IF NOT EXISTS a.b (c String) ENGINE = MergeTree ORDER BY c", []),
        ("CREATE TABLE a.b (c String) ENGINE = MergeTree ORDER BY c", ["cannot-repeat"]),
        ("CREATE OR REPLACE TABLE a.b (c String) ENGINE = MergeTree ORDER BY c", ["drops-data"]),
        ("CREATE OR REPLACE FUNCTION f AS (x) -> x", []),
        (
            "CREATE MATERIALIZED VIEW IF NOT EXISTS a.v ENGINE = Memory POPULATE AS SELECT 1",
            ["cannot-repeat"],
        ),
        ("DROP TABLE IF EXISTS a.b", ["drops-data"]),
        ("/* quiet */ truncate table a.b", ["drops-data"]),
        ("RENAME TABLE a.b TO a.c", ["cannot-repeat"]),
        ("INSERT INTO a.b SELECT * FROM a.c", ["cannot-repeat"]),
        ("OPTIMIZE TABLE a.b FINAL", []),
        ("SYSTEM STOP MERGES", ["unknown"]),
    ],
)
def test_statement_breaks_the_rules_that_are_named(scripts, statement, rules):
    found = scripts.review.judge_statement(statement, {t: dict(c) for t, c in TYPES.items()})
    assert [rule for rule, _ in found] == rules


def test_a_type_that_an_earlier_statement_gave_is_known(scripts):
    known = {}
    for statement in (
        "CREATE TABLE IF NOT EXISTS `a`.`b`\n(\n  `n` Int32 DEFAULT 0,\n  `d` DateTime64(3)\n)\n"
        "ENGINE = MergeTree ORDER BY n",
        "ALTER TABLE `a`.`b` MODIFY COLUMN `n` Int64, MODIFY COLUMN `d` DateTime64(6)",
    ):
        assert list(scripts.review.judge_statement(statement, known)) == []
    back = list(scripts.review.judge_statement("ALTER TABLE a.b MODIFY COLUMN n Int32", known))
    assert back == [("narrows-type", "MODIFY COLUMN of Int64 to Int32")]


REVISION = '''"""Drop a column of no use."""

import ddl

revision, down_revision, branch_labels, depends_on = "site0001", None, None, None
{mark}

def upgrade() -> None:
    ddl.run(__file__, [
        "ALTER TABLE xapi.xapi_events_all "
        "DROP COLUMN IF EXISTS nothing",
    ])
'''


@pytest.fixture
def folder(tmp_path):
    """A folder with one revision, marked as a test says."""

    def make(mark):
        (tmp_path / "site0001.py").write_text(REVISION.format(mark=mark))
        return tmp_path

    return make


@pytest.fixture(scope="module")
def migrated(database):
    database.migrate()
    return database


@pytest.mark.parametrize(
    ("mark", "expected"),
    [
        (
            "",
            r"site0001.py:11: drops-data\n  Found: DROP COLUMN: rows, columns or .*\n  in: ALTER",
        ),
        ('dangerous = {"drops-data": " "}', r'Fix: .* dangerous = \{"drops-data": "REASON"\}'),
        (
            'dangerous = {"drops-data": "empty", "changes-key": "why"}',
            r"site0001.py:6: dangerous names 'changes-key', which no statement needs",
        ),
    ],
)
def test_a_site_s_own_revision_is_refused_before_anything_runs(migrated, folder, mark, expected):
    text = migrated.migrate(status=1, SITE_MIGRATIONS=str(folder(mark)))
    assert re.search(expected, text), text
    assert "site0001.py, statement 1" not in text
    assert migrated.rows("EXISTS xapi._site_versions") == [[0]]


def test_a_site_s_own_revision_runs_once_marked_and_keeps_its_own_count(migrated, folder):
    own = str(folder('dangerous = {"drops-data": "a column that was never filled"}'))
    first = migrated.migrate(SITE_MIGRATIONS=own)
    again = migrated.migrate(SITE_MIGRATIONS=own)
    assert "site0001.py, statement 1 of 1: ALTER TABLE" in first
    assert "statement" not in again
    assert migrated.rows("SELECT version_num FROM xapi._site_versions") == [["site0001"]]
    assert migrated.rows("SELECT version_num FROM xapi.alembic_version") == [["own0001"]]
