import re

from aspects_gen.aspects.access import CLIENTS, access_model
from aspects_gen.aspects.statements import access_files


def files(make_values, overlay=None, **extra):
    aspects = make_values({"aspects": overlay or {}})["aspects"]
    return access_files(access_model(aspects, cluster=bool(extra.get("cluster"))), **extra)


def statements(text):
    return [part.strip() for part in text.split(";\n") if part.strip()]


def test_statements_files_sort_in_the_order_they_run(make_values):
    assert sorted(files(make_values, extra="SELECT 1;")) == [
        "01-databases.sql",
        "02-profiles.sql",
        "03-roles.sql",
        "04-users.sql",
        "05-quotas.sql",
        "09-extra.sql",
    ]


def test_statements_hold_a_place_for_each_password_and_no_password(make_values):
    users = files(make_values)["04-users.sql"]
    assert set(re.findall(r"@sha256\((\w+)\)@", users)) == set(CLIENTS)
    assert len(re.findall("BY '", users)) == len(re.findall("BY '@sha256", users))


def test_statements_take_away_what_is_not_listed(make_values):
    found = files(make_values)
    grants = [s for s in statements(found["03-roles.sql"]) if "\nGRANT" in f"\n{s}"]
    assert len(grants) == len(CLIENTS)
    assert all(grant.endswith("WITH REPLACE OPTION") for grant in grants)
    for user in ("ch_lrs", "ch_report"):
        assert f"REVOKE ALL ON *.* FROM `{user}`;" in found["04-users.sql"]


def test_statements_give_the_role_before_they_take_direct_rights(make_values):
    users = files(make_values)["04-users.sql"]
    assert users.index("TO `ch_report` WITH REPLACE") < users.index("ALL ON *.* FROM `ch_report`")


def test_statements_withhold_after_they_grant(make_values):
    roles = files(make_values)["03-roles.sql"]
    granted = roles.index("TO `ch_report_role` WITH REPLACE OPTION")
    assert granted < roles.index("REVOKE SELECT ON `xapi`.`xapi_events_all` FROM `ch_report_role`")


def test_statements_run_on_every_replica_of_a_cluster(make_values):
    found = files(make_values, cluster="main")
    for text in found.values():
        for statement in statements(text.split("\n", 1)[1]):
            assert "ON CLUSTER 'main'" in statement
    assert "ON CLUSTER" not in "".join(files(make_values).values())


def test_statements_quota_is_dropped_when_nothing_is_limited(make_values):
    assert "DROP QUOTA IF EXISTS `ch_report_quota`" in files(make_values)["05-quotas.sql"]
    limited = files(make_values, {"reportingLimits": {"queriesPerHour": 900}})["05-quotas.sql"]
    assert "MAX queries = 900 TO `ch_report_role`" in limited
    assert limited.count("ch_report_quota") == 2


def test_statements_reporting_profile_is_read_only_and_fixed(make_values):
    profiles = files(make_values)["02-profiles.sql"]
    assert "readonly = 2 CONST" in profiles
    assert "max_execution_time = 60 MAX 60" in profiles
    assert "SETTINGS PROFILE 'ch_report_profile'" in files(make_values)["04-users.sql"]


def test_statements_of_the_operator_come_last_and_clean(make_values):
    extra = files(make_values, extra="SELECT 1;\t \r\nSELECT 2;  ")["09-extra.sql"]
    assert extra == "-- The operator's own statements.\nSELECT 1;\nSELECT 2;\n"
