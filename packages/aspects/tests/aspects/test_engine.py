"""Statements on the embedded engine, where it is installed."""

import pytest

from aspects_gen.aspects.access import access_model
from aspects_gen.aspects.statements import access_files

chdb = pytest.importorskip("chdb", reason="the embedded engine is not installed")


@pytest.mark.parametrize("cluster", ["", "main"])
def test_access_statements_parse(make_values, load_script, cluster):
    aspects = make_values({"aspects": {"reportingLimits": {"queriesPerHour": 9}}})["aspects"]
    model = access_model(aspects, cluster=bool(cluster), object_store=True)
    sql = load_script("jobs/init/clickhouse/sql.py")
    engine = chdb.connect(":memory:")
    for text in access_files(model, cluster=cluster).values():
        for statement in sql.statements(text):
            assert str(engine.query(f"EXPLAIN AST {statement}", "TSV")).strip(), statement
