"""What production runs that cannot run here: whole, statement by statement, and parsed by the engine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from aspects_gen import aspects

pytestmark = pytest.mark.xdist_group("migrations")

ROOT = Path(__file__).parents[2]
GOLDEN = Path(__file__).parent / "golden"
SLICE = Path(aspects.__file__).parent

ENVIRONMENTS = {"starter": "one server", "production": "replicated", "cloud": "external"}

STATEMENTS = """
import json, sys, types
from importlib import import_module
from pathlib import Path
sys.modules["alembic"] = types.SimpleNamespace(op=None)
sys.modules["server"] = types.SimpleNamespace()
folder, jobs = sys.argv[1:]
sys.path[:0] = [folder, f"{folder}/versions", f"{jobs}/aspects"]
ddl, lock = import_module("ddl"), import_module("lock")
with ddl.recording() as found:
    for path in sorted(Path(folder, "versions").glob("*.py")):
        import_module(path.stem).upgrade()
print(json.dumps([lock.create_table("`xapi`.`_migrations_lock`"), *found]))
"""
"""Prints the lock's table and what every revision runs, under a Job's environment."""


def rendered(name, split):
    """Return every statement of an environment's access and migration Jobs, in order."""
    home = ROOT / "generated" / name / "aspects"
    files = sorted((home / "files" / "aspects-access").glob("*.sql"))
    access = [it for file in files for it in split(file.read_text("utf-8"))]
    job = yaml.safe_load((home / "job-aspects-migrate.yaml").read_text("utf-8"))
    container = job["spec"]["template"]["spec"]["containers"][0]
    settings = {it["name"]: it["value"] for it in container["env"] if "value" in it}
    done = subprocess.run(
        [sys.executable, "-c", STATEMENTS, SLICE / "apps/aspects/migrations", SLICE / "jobs/init"],
        env=os.environ | settings,
        capture_output=True,
        text=True,
        check=True,
    )
    # a new site runs what an adopted one lacks a second time, to no effect
    return list(dict.fromkeys([*access, *json.loads(done.stdout)]))


@pytest.fixture(scope="module")
def split():
    sys.path.insert(0, str(SLICE / "jobs" / "init" / "clickhouse"))
    import sql

    yield sql.statements
    sys.path.pop(0)
    del sys.modules["sql"]


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_statements_are_those_that_were_reviewed(name, split):
    text = "".join(f"{statement};\n\n" for statement in rendered(name, split))
    golden = GOLDEN / f"{name}.sql"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text("utf-8"), "if meant: UPDATE_GOLDEN=1 and run again"


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_every_statement_is_one_that_the_engine_parses(name, split, database):
    statements = rendered(name, split)
    assert len(statements) > 40
    for statement in statements:
        assert database.run(f"EXPLAIN AST {statement}"), statement


def test_a_mistake_in_access_statements_would_be_found(database):
    with pytest.raises(AssertionError, match="SYNTAX_ERROR"):
        database.run("EXPLAIN AST GRANT SELECT ON a.* `role` WITH REPLACE OPTION")


@pytest.mark.parametrize(("name", "clustered"), [("starter", 0), ("production", 1), ("cloud", 0)])
def test_replicas_are_spoken_to_where_there_are_some(name, clustered, split):
    for statement in rendered(name, split):
        assert statement.count("ON CLUSTER") == clustered, statement
        assert ("ENGINE = Replicated" in statement) == ("ENGINE =" in statement and clustered)
