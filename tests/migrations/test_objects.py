"""Fresh migrations on the real engine, held against what writers and existing sites know."""

from __future__ import annotations

import difflib
import json
from pathlib import Path

import pytest

from aspects_gen.verify import tutor_site

pytestmark = pytest.mark.xdist_group("migrations")

SHIPPED = Path(tutor_site.__file__).parent / "public_tables.json"
PUBLIC = json.loads(SHIPPED.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def log(database):
    return database.migrate()


def listed():
    lines = []
    for table, shape in sorted(PUBLIC["tables"].items()):
        keys = [shape["engine"], shape["order_by"], shape["primary_key"], shape["partition_by"]]
        lines += [f"{table}.{column}" for column in shape["columns"]]
        lines.append(f"{table} = {' | '.join(keys)}")
    return lines


def found(database):
    lines = []
    for table, shape in sorted(PUBLIC["tables"].items()):
        home, _, name = table.partition(".")
        at = f"WHERE database = '{home}' AND table = '{name}'"
        columns = database.rows(
            "SELECT name, type, if(default_kind = '', '', ' ' || default_kind || ' ' ||"
            f" default_expression) FROM system.columns {at} ORDER BY position"
        )
        lines += [f"{table}.{column} {kind}{default}" for column, kind, default in columns]
        keys = database.rows(
            "SELECT engine, trimBoth(sorting_key, '()'), trimBoth(primary_key, '()'), partition_key"
            f" FROM system.tables {at.replace('table', 'name')}"
        )
        # what is partitioned here for the sake of retention, and is not where a site comes from
        keys = [
            [*row[:3], row[3] if shape["partition_by"] else own_partition(table, row[3])]
            for row in keys
        ]
        lines += [f"{table} = {' | '.join(row)}" for row in keys]
    return lines


def own_partition(table, key):
    assert key == PUBLIC["own_partitions"].get(table, "")
    return ""


def test_base_tables_equal_the_public_ones(database, log):
    difference = difflib.unified_diff(
        listed(), found(database), "public", "here", n=0, lineterm=""
    )
    assert "\n".join(difference) == ""
    assert len(PUBLIC["tables"]) == 15


@pytest.mark.parametrize(("call", "value"), PUBLIC["functions"])
def test_functions_answer_as_the_public_ones(database, log, call, value):
    assert database.rows(f"SELECT {call}") == [[value]]


def test_every_statement_is_named_as_it_runs(log):
    assert "0041_base_tables.py, statement 3 of 17: CREATE TABLE IF NOT EXISTS `xapi`" in log
    assert log.rstrip().endswith("migrations are done")


def test_a_replay_changes_nothing(database, log):
    before = database.objects()
    again = database.migrate()
    assert database.objects() == before
    assert "statement" not in again
    assert database.rows("SELECT version_num FROM xapi.alembic_version") == [["own0001"]]


def test_dead_letters_take_what_vector_writes(database, log):
    columns = database.rows(
        "SELECT name FROM system.columns WHERE database = 'openedx' AND table = '_dead_letters'"
        " ORDER BY position"
    )
    assert [name for (name,) in columns] == ["id", "time", "logger", "reason", "origin", "message"]


def test_a_refused_statement_is_named_with_its_file_and_reason(make_database):
    database = make_database()
    for name in ("xapi", "event_sink", "reporting"):
        database.run(f"CREATE DATABASE {name}")
    text = database.migrate(status=1)
    assert "0041_base_tables.py, statement 4 of 17 failed: " in text
    assert "`openedx`.`xapi_events_all`" in text
    assert "Traceback" not in text
    database.create_databases()
    assert "statement 4 of 17: CREATE" in database.migrate()
