"""Who inserts statements needs no right on what is filled by them."""

import json

import pytest
from warehouse import make_warehouse

from aspects_gen.engine.users import owner

pytestmark = pytest.mark.xdist_group("rights")

STATEMENT = ["00000000-0000-4000-8000-000000000001", "2025-03-01 10:00:00", "{}"]


def account(name, *grants):
    return {**owner(name), "grants": [[list(rights), on] for rights, on in grants]}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A warehouse whose models a user of dbt's own built, with a client that may only insert."""
    folder = tmp_path_factory.mktemp("rights")
    people = [owner(), owner("builder"), account("lrs", (("INSERT",), "xapi.xapi_events_all"))]
    users = folder / "users.json"
    users.write_text(json.dumps({"users": people}))
    with make_warehouse(folder, users=users) as warehouse:
        warehouse.dbt(
            *("run", "--select", "xapi_events_all_parsed", "instance_activity"),
            CLICKHOUSE_USER="builder",
        )
        yield warehouse


def test_a_client_that_may_only_insert_feeds_the_models(built):
    built.run(
        "INSERT INTO xapi.xapi_events_all FORMAT JSONCompactEachRow",
        json.dumps(STATEMENT).encode(),
        user="lrs",
    )
    built.refresh()
    seen = built.rows("SELECT count() FROM xapi.xapi_events_all_parsed")
    states = built.rows("SELECT uniqCombinedMerge(events) FROM xapi.instance_activity")
    assert (seen, states) == ([[1]], [[1]])


def test_every_view_that_acts_does_so_for_the_builder(built):
    definers = built.rows(
        "SELECT DISTINCT definer FROM system.tables WHERE engine = 'MaterializedView'"
    )
    assert definers == [["builder"]]
