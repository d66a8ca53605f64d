import pytest

from aspects_gen import aspects


def test_services_follow_the_names_of_this_layer(make_values):
    values = make_values(
        {"aspects": {"databases": {"xapi": "lrs"}, "clients": {"lrs": {"user": "writer"}}}}
    )
    assert values["ralph"]["clickhouse"] == {
        "database": "lrs",
        "table": "xapi_events_all",
        "user": "writer",
        "passwordSecret": {"name": "clickhouse-lrs", "key": "password"},
    }
    assert values["vector"]["clickhouse"]["database"] == "openedx"
    assert values["vector"]["clickhouse"]["deadLetterTable"] == "_dead_letters"
    assert values["clickhouse"]["backup"]["user"] == "ch_backup"
    assert values["clickhouse"]["backup"]["databases"] == [
        "lrs",
        "openedx",
        "event_sink",
        "reporting",
    ]


def test_each_value_has_one_origin(make_values):
    overlay, origins = aspects.opinions(make_values())

    def leaves(tree, path=""):
        for key, value in tree.items():
            here = f"{path}.{key}" if path else key
            if isinstance(value, dict):
                yield from leaves(value, here)
            else:
                yield here

    assert sorted(leaves(overlay)) == sorted(origins)
    assert origins["ralph.clickhouse.database"] == "aspects.databases.xapi"
    assert origins.pop("superset.database.reader.enabled") == "superset.database.host"
    assert all(origin.startswith("aspects.") for origin in origins.values())


def test_services_that_are_not_there_are_left_alone(make_values):
    values = {"aspects": make_values()["aspects"], "ralph": {}}
    overlay, origins = aspects.opinions(values)
    assert set(overlay) == {"ralph"}
    assert all(path.startswith("ralph.") for path in origins)


@pytest.mark.parametrize(("host", "enabled"), [("", True), ("db.example.org", False)])
def test_account_for_charts_about_superset_is_ours_to_make_only_in_the_cluster(
    make_values, host, enabled
):
    values = make_values({"superset": {"database": {"host": host}}})
    assert values["superset"]["database"]["reader"]["enabled"] is enabled


AUTHORITY = {"name": "site-ca", "key": "root.pem"}
EXTERNAL = {"topology": "external", "external": {"caSecret": AUTHORITY}}


def test_every_client_trusts_the_authority_of_an_external_server(make_values):
    values = make_values({"clickhouse": EXTERNAL})
    assert values["ralph"]["clickhouse"]["caSecret"] == AUTHORITY
    assert values["vector"]["clickhouse"]["caSecret"] == AUTHORITY
    assert values["superset"]["caSecret"] == AUTHORITY
    _, origins = aspects.opinions(values)
    assert origins["superset.caSecret.name"] == "clickhouse.external.caSecret.name"


def test_no_client_is_told_of_an_authority_that_is_not_used(make_values):
    plain = {**EXTERNAL, "external": {"tls": False, "caSecret": AUTHORITY}}
    for clickhouse in ({}, plain, {**EXTERNAL, "topology": "single"}):
        assert "caSecret" not in make_values({"clickhouse": clickhouse})["superset"]
    own = {"clickhouse": {"host": "other.example.org"}}
    values = make_values({"clickhouse": EXTERNAL, "ralph": own, "vector": own})
    assert "caSecret" not in values["ralph"]["clickhouse"]
    assert "caSecret" not in values["vector"]["clickhouse"]


def test_operators_choice_wins(make_values):
    values = make_values({"ralph": {"clickhouse": {"user": "mine"}}})
    assert values["ralph"]["clickhouse"]["user"] == "mine"
