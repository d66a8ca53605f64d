import pytest

from aspects_gen.aspects.access import CLIENTS, access_model, active_clients
from aspects_gen.aspects.naming import BASE_SINK_TABLES, data_databases, parsed_database
from aspects_gen.aspects.statements import access_files


def model(make_values, overlay=None, **extra):
    return access_model(make_values({"aspects": overlay or {}})["aspects"], **extra)


def rights(found, client):
    entry = next(entry for entry in found["clients"] if entry["id"] == client)
    granted = {(privilege, on) for privileges, on in entry["grants"] for privilege in privileges}
    withheld = {
        (privilege, on) for privileges, on in entry["withheld"] for privilege in privileges
    }
    return granted, withheld


def test_access_has_one_user_and_one_role_per_client(make_values):
    clients = model(make_values)["clients"]
    assert [entry["id"] for entry in clients] == list(CLIENTS)
    assert len({entry["user"] for entry in clients}) == len(CLIENTS)
    assert len({entry["role"] for entry in clients}) == len(CLIENTS)


def test_access_lrs_reaches_its_raw_table_alone(make_values):
    granted, _ = rights(model(make_values), "lrs")
    assert granted == {
        ("SELECT", "xapi.xapi_events_all"),
        ("INSERT", "xapi.xapi_events_all"),
        ("SELECT", "system.settings"),
    }


def test_access_vector_only_adds_rows(make_values):
    granted, _ = rights(model(make_values), "vector")
    assert {privilege for privilege, _ in granted} == {"INSERT"}
    assert {on for _, on in granted} == {
        "openedx.xapi_events_all",
        "openedx._tracking",
        "openedx._dead_letters",
    }


def test_access_reporting_changes_nothing_and_sees_no_raw_or_personal_table(make_values):
    granted, withheld = rights(model(make_values), "reporting")
    assert {privilege for privilege, _ in granted} == {"SELECT", "dictGet"}
    assert {on for _, on in withheld} >= {
        "xapi.xapi_events_all",
        "event_sink.user_profile",
        "event_sink.external_id",
        "event_sink.course_enrollment",
    }


def test_access_reporting_reads_the_source_that_is_chosen(make_values):
    granted, withheld = rights(model(make_values, {"source": "vector"}), "reporting")
    assert ("SELECT", "openedx.*") in granted
    assert ("SELECT", "xapi.*") not in granted
    assert ("SELECT", "openedx._dead_letters") in withheld


def test_access_dbt_cannot_change_or_drop_a_base_table(make_values):
    _, withheld = rights(model(make_values), "dbt")
    tables = [f"event_sink.{name}" for name in BASE_SINK_TABLES if name != "aspects_data"]
    for table in ["xapi.xapi_events_all", *tables]:
        for privilege in ("INSERT", "ALTER TABLE", "DROP TABLE", "TRUNCATE"):
            assert (privilege, table) in withheld


@pytest.mark.parametrize("client", CLIENTS)
def test_access_nobody_drops_a_database_or_manages_access(make_values, client):
    granted, _ = rights(model(make_values, cluster=True, object_store=True), client)
    privileges = {privilege for privilege, _ in granted}
    assert not {
        p for p in privileges if "DATABASE" in p or "USER" in p or "ROLE" in p or p == "ALL"
    }


def test_access_migrations_drop_no_table(make_values):
    granted, _ = rights(model(make_values), "migrations")
    assert "DROP TABLE" not in {privilege for privilege, _ in granted}


def test_access_sinks_delete_only_where_learners_are(make_values):
    granted, _ = rights(model(make_values), "sinks")
    assert {on for privilege, on in granted if privilege == "ALTER DELETE"} == {
        "event_sink.user_profile",
        "event_sink.external_id",
        "event_sink.course_enrollment",
    }


def test_access_cluster_right_is_given_only_on_a_cluster(make_values):
    assert ("CLUSTER", "*.*") not in rights(model(make_values), "dbt")[0]
    on_cluster = model(make_values, cluster=True)
    holders = [c for c in CLIENTS if ("CLUSTER", "*.*") in rights(on_cluster, c)[0]]
    assert holders == ["dbt", "migrations", "backup"]


def test_access_object_store_right_follows_the_backup_kind(make_values):
    assert ("S3", "*.*") not in rights(model(make_values), "backup")[0]
    assert ("S3", "*.*") in rights(model(make_values, object_store=True), "backup")[0]


def test_access_memory_limit_is_left_to_the_server_when_zero(make_values):
    assert "max_memory_usage" not in model(make_values)["profiles"][0]["settings"]
    limited = model(make_values, {"reportingLimits": {"memoryBytes": 5}})
    assert limited["profiles"][0]["settings"]["max_memory_usage"] == 5


def test_databases_are_created_once_each(make_values):
    aspects = make_values({"aspects": {"databases": {"migrations": "ledger"}}})["aspects"]
    assert data_databases(aspects) == ["xapi", "openedx", "event_sink", "reporting", "ledger"]
    assert parsed_database(aspects) == "xapi"


def test_a_service_that_is_off_keeps_no_user(make_values):
    off = {
        "ralph": {"enabled": False},
        "vector": {"enabled": True},
        "aspects": {"source": "vector"},
    }
    values = make_values(off)
    assert "lrs" not in active_clients(values)
    model = access_model(values["aspects"], clients=active_clients(values))
    assert model["absent"] == [{"user": "ch_lrs", "role": "ch_lrs_role"}]
    text = access_files(model, cluster="main")["06-absent.sql"]
    assert "DROP USER IF EXISTS `ch_lrs` ON CLUSTER 'main';" in text
    assert "DROP ROLE IF EXISTS `ch_lrs_role` ON CLUSTER 'main';" in text


def test_an_lrs_elsewhere_keeps_its_user(make_values):
    values = make_values({"ralph": {"enabled": False}, "aspects": {"source": "ralph"}})
    assert "lrs" in active_clients(values)


def test_who_builds_or_removes_may_look_at_every_replica_of_a_cluster(make_values):
    aspects = make_values()["aspects"]

    def rights(cluster):
        model = access_model(aspects, cluster=cluster)
        return {client["id"]: client["grants"] for client in model["clients"]}

    ask = (("CREATE TEMPORARY TABLE", "REMOTE"), "*.*")
    assert [client for client, grants in rights(True).items() if ask in grants] == [
        "dbt",
        "migrations",
    ]
    assert ask not in rights(False)["dbt"]
