"""A database that Tutor's Aspects left becomes ours, by the accounts of the Jobs, with no row lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aspects_gen import values
from aspects_gen.aspects import schema
from aspects_gen.aspects.access import access_model
from aspects_gen.engine.users import owner, users_of
from aspects_gen.values.defaults import default_of

from . import campus, tutor_site
from .conftest import Database

pytestmark = pytest.mark.xdist_group("migrations")

DEFS = json.loads((Path(values.__file__).parent / "root.schema.json").read_text("utf-8"))["$defs"]


@pytest.fixture(scope="module")
def model():
    """The access model of a site with default names."""
    return access_model(default_of(schema() | {"$defs": DEFS}, schema(), "starter"))


@pytest.fixture(scope="module")
def boss(make_database, model, tmp_path_factory):
    """The administrator's database as Tutor left it, some rows in every table."""
    users = tmp_path_factory.mktemp("users") / "users.json"
    passwords = {client["id"]: f"pw-{client['id']}" for client in model["clients"]}
    users.write_text(json.dumps(users_of(model, passwords, owners=[owner("default", "b")])))
    made = make_database(users=users)
    boss = Database(made.port, made.folder, "default", "b")
    boss.create_databases()
    for statement in tutor_site.base_statements():
        boss.run(statement)
    return boss


@pytest.fixture(scope="module")
def sign_in(boss, model):
    """Return what signs in as one of the clients."""
    users = {client["id"]: client["user"] for client in model["clients"]}
    return lambda client: Database(boss.port, boss.folder, users[client], f"pw-{client}")


@pytest.fixture(scope="module")
def made():
    return campus.make()


@pytest.fixture(scope="module")
def before(boss, made):
    """The rows of every base table, once half of them came in through the old triggers."""
    campus.load(boss, {**made, "events": made["events"][:100]})
    for statement in tutor_site.model_statements():
        boss.run(statement)
    boss.insert("xapi.xapi_events_all", made["events"][100:])
    boss.run("INSERT INTO openedx._tracking VALUES (now(), 'a line')")
    boss.run("INSERT INTO event_sink.load_test_stats (run_id, stats) VALUES ('r', 's')")
    boss.run("INSERT INTO event_sink.aspects_data VALUES ('manifest.json', '{}')")
    return base_rows(boss), boss.objects()


@pytest.fixture(scope="module")
def adopted(boss, before, sign_in):
    """The database after the Jobs, each under its own account."""
    log = sign_in("migrations").migrate()
    sign_in("dbt").build_models()
    boss.refresh()
    return log


def base_rows(database):
    return {
        table: sorted(database.run(f"SELECT * FROM {table}").splitlines())
        for table in tutor_site.PUBLIC
    }


def test_no_row_of_a_base_table_is_lost(boss, before, adopted):
    assert base_rows(boss) == before[0]
    assert "tables of the public revision 0041 are taken over as they are" in adopted
    assert "0041_base_tables.py" not in adopted


def test_base_tables_change_only_where_they_must(boss, before, adopted):
    kept = [*tutor_site.PUBLIC, "function get_org_from_course_url"]
    now = boss.objects()
    changed = {table for table in kept if now[table] != before[1][table]}
    assert changed == {"xapi.xapi_events_all", "openedx.xapi_events_all", "openedx._tracking"}
    raw = now["xapi.xapi_events_all"]
    for added in (
        ", INDEX event_id_seen event_id TYPE bloom_filter(0.001) GRANULARITY 1",
        " TTL toDateTime(emission_time) + toIntervalMonth(120)",
        ", ttl_only_drop_parts = 1",
    ):
        assert added in raw
        raw = raw.replace(added, "")
    assert raw == before[1]["xapi.xapi_events_all"]


def test_nothing_of_the_old_models_is_left(boss, before, adopted):
    now = boss.objects()
    old = {name for name in before[1] if name not in tutor_site.PUBLIC}
    same = {name for name in old & set(now) if now[name] == before[1][name]}
    assert same == {
        "xapi.alembic_version",
        "function get_org_from_course_url",
        "function get_org_from_ccx_course_url",
    }
    triggers = [name for name in now if name.endswith("_mv") and " REFRESH " not in now[name]]
    assert triggers == []


def test_all_relations_answer_with_the_truth(boss, made, adopted):
    assert campus.differences(boss, made) == {}


def test_a_replay_of_the_migrations_changes_nothing(boss, sign_in, adopted):
    before = boss.objects(), base_rows(boss)
    log = sign_in("migrations").migrate()
    assert (boss.objects(), base_rows(boss)) == before
    assert "statement" not in log


@pytest.mark.full  # tests/verify replays the models of a new database in every run
def test_a_replay_of_the_models_changes_nothing(boss, sign_in, adopted):
    before = boss.objects(), base_rows(boss)
    sign_in("dbt").build_models()
    assert (boss.objects(), base_rows(boss)) == before


WORK = {
    "lrs": [
        "INSERT INTO xapi.xapi_events_all (event_id, emission_time, event) VALUES"
        " (generateUUIDv4(), now64(6), 'no statement at all')",
        "SELECT event_id FROM xapi.xapi_events_all WHERE event_id = generateUUIDv4()",
    ],
    "vector": [
        "INSERT INTO openedx.xapi_events_all VALUES (generateUUIDv4(), now64(6), '{}')",
        "INSERT INTO openedx._tracking VALUES (now(), 'x')",
        "INSERT INTO openedx._dead_letters VALUES (generateUUIDv4(), now(), 'l', 'r', 'o', 'm')",
    ],
    "sinks": [
        "INSERT INTO event_sink.taxonomy VALUES (1, 'n', generateUUIDv4(), '2026')",
        "SELECT max(time_last_dumped) FROM event_sink.course_overviews",
        "ALTER TABLE event_sink.user_profile DELETE WHERE user_id = -1",
    ],
    "reporting": [f"SELECT count() FROM {tutor_site.home(name)}" for name in tutor_site.RELATIONS],
}
"""What each client's job is made of, besides that of migrations and dbt, which ran."""

HARM = {
    "lrs": ["ALTER TABLE xapi.xapi_events_all DELETE WHERE 1"],
    "vector": ["SELECT * FROM openedx._tracking", "DROP TABLE openedx._tracking"],
    "sinks": ["DROP TABLE event_sink.taxonomy", "ALTER TABLE event_sink.tag DELETE WHERE 1"],
    "reporting": [
        "SELECT * FROM xapi.xapi_events_all",
        "SELECT * FROM event_sink.user_profile",
        "INSERT INTO reporting.dim_most_recent_enrollment (org) VALUES ('x')",
    ],
    "dbt": [
        "DROP TABLE event_sink.user_profile",
        "INSERT INTO xapi.xapi_events_all VALUES (generateUUIDv4(), now64(6), '{}')",
        "TRUNCATE TABLE xapi.xapi_events_all",
    ],
    "migrations": [
        "DROP TABLE xapi.xapi_events_all",
        "TRUNCATE TABLE event_sink.tag",
        "DROP TABLE xapi._migrations_lock",
    ],
}


@pytest.mark.parametrize("client", HARM)
def test_each_client_can_do_its_job_and_no_harm(sign_in, adopted, client):
    account = sign_in(client)
    for statement in WORK.get(client, []):
        account.run(statement)
    for statement in HARM[client]:
        with pytest.raises(AssertionError, match="ACCESS_DENIED"):
            account.run(statement)


def test_a_statement_that_cannot_be_read_blocks_nothing(boss, adopted):
    boss.insert("xapi.xapi_events_all", [(f"{'0' * 8}-{'0' * 4}-4000-8000-{'0' * 12}", 1, "{")])
