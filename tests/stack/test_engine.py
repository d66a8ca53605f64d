"""The engine of a stack: what a killed one left unread is read when it starts again."""

from __future__ import annotations

import pytest

from aspects_gen.aspects.clickhouse_jobs import ACCESS, MIGRATE
from aspects_gen.engine import process as engine
from aspects_gen.environment import find_places
from aspects_gen.stack.local import compose_here
from aspects_gen.stack.ports import choose
from aspects_gen.stack.services import PORTS, Services
from aspects_gen.stack.state import Secrets, State
from environments import ENVIRONMENTS

STATEMENT = "'00000000-0000-4000-8000-000000000001', now(), '{}'"

COPIES = "xapi.xapi_events_all_parsed_copies"


@pytest.fixture
def services(tmp_path):
    """A stack of which only the engine is started, with empty base tables."""
    state = State(tmp_path / "state")
    state.open()
    ports = choose(PORTS, {}, ())
    place = find_places(ENVIRONMENTS, tmp_path, ["starter"])[0]
    bundle = compose_here(place, tmp_path / "values", ports, tmp_path / "home")
    made = Services(bundle, state, Secrets(state.folder), ports)
    yield made
    engine.stop(state.folder / "clickhouse")


def test_engine_that_starts_again_reads_what_a_killed_one_left(services):
    log = services.state.processes.log("aspects-unread")
    assert services.start_engine()
    assert "is not there yet" in log.read_text()
    services.containers.run_job(ACCESS)
    services.containers.run_job(MIGRATE)
    owner = services.warehouse.owner()
    # the table of the model, and what feeds it, as dbt names them
    for statement in (
        "CREATE TABLE xapi.rows (event_id UUID, emission_time DateTime64(6), event String)"
        " ENGINE = MergeTree ORDER BY event_id",
        f"CREATE VIEW {COPIES} AS SELECT * FROM xapi.rows",
        f"INSERT INTO xapi.xapi_events_all VALUES ({STATEMENT})",
        "CREATE MATERIALIZED VIEW xapi.feed TO xapi.rows AS SELECT * FROM xapi.xapi_events_all",
    ):
        owner.ask(statement)
    assert owner.rows(f"SELECT count() FROM {COPIES}") == [["0"]]
    owner.close()
    assert not services.start_engine()
    engine.stop(services.state.folder / "clickhouse")
    assert services.start_engine()
    assert log.read_text().endswith(": 1 statements read\n")
    assert services.warehouse.owner().rows(f"SELECT count() FROM {COPIES}") == [["1"]]
