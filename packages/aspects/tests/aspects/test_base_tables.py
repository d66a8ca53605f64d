"""What revisions say for one server and for a cluster; tests/migrations runs them."""

import types

import pytest

NAMES = {
    "XAPI_DATABASE": "xapi",
    "VECTOR_DATABASE": "openedx",
    "EVENT_SINK_DATABASE": "event_sink",
    "RAW_XAPI_TABLE": "xapi_events_all",
    "TRACKING_LOGS_TABLE": "_tracking",
    "DEAD_LETTERS_TABLE": "_dead_letters",
}

MIGRATIONS = "apps/aspects/migrations"


@pytest.fixture
def revision(load_script, monkeypatch):
    """Load a revision over an Alembic that only notes what is run."""
    for name, value in NAMES.items():
        monkeypatch.setenv(name, value)
    ran = []
    bind = types.SimpleNamespace(exec_driver_sql=ran.append)
    alembic = types.ModuleType("alembic")
    alembic.op = types.SimpleNamespace(get_bind=lambda: bind)
    ddl = load_script(f"{MIGRATIONS}/ddl.py", alembic=alembic)
    base = load_script(f"{MIGRATIONS}/base_tables.py", ddl=ddl)

    def load(name):
        module = load_script(f"{MIGRATIONS}/versions/{name}.py", ddl=ddl, base_tables=base)
        module.ran = ran
        return module

    return load


def test_base_tables_are_replicated_on_a_cluster(revision, monkeypatch):
    monkeypatch.setenv("CLICKHOUSE_CLUSTER", "main")
    for statement in revision("0041_base_tables").statements():
        assert "ON CLUSTER 'main'" in statement
        if "ENGINE" in statement:
            assert "ENGINE = Replicated" in statement


def test_revisions_form_one_chain_from_the_public_head(revision):
    first, second = revision("0041_base_tables"), revision("own0001_raw_tables")
    assert (first.revision, first.down_revision) == ("0041", None)
    assert (second.revision, second.down_revision) == ("own0001", "0041")


def test_revisions_may_be_repeated_after_a_kill(revision):
    for name in ("0041_base_tables", "own0001_raw_tables"):
        module = revision(name)
        module.upgrade()
        assert module.ran[-len(module.statements()) :] == module.statements()
        assert all("IF NOT EXISTS" in statement for statement in module.statements())


def test_revisions_never_drop_data_on_the_way_down(revision):
    with pytest.raises(NotImplementedError, match="hold the site's data"):
        revision("0041_base_tables").downgrade()
    module = revision("own0001_raw_tables")
    module.downgrade()
    assert module.ran[-1].endswith("DROP INDEX IF EXISTS event_id_seen")
