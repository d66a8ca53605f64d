"""That rendered SQL is read as a server would take it."""

import pytest

from aspects_gen.aspects.clickhouse_jobs import access_sql, site_access
from aspects_gen.engine.users import digest, users_of
from aspects_gen.verify.granted import read_access, split_statements

PASSWORDS = {"one": "p1", "two": "p2"}

ROLE = "CREATE ROLE r; CREATE USER u IDENTIFIED WITH sha256_hash BY '@sha256(one)@'; GRANT r TO u;"

SMALL = "profile: starter\nsite: {platformName: X, lmsHost: lms.example.org}\n"

REPLICATED = """
clickhouse: {topology: replicated, backup: {enabled: false}, storage: {storageClass: fast}}
vector: {enabled: true, source: {namespace: openedx}}
aspects: {reportingLimits: {queriesPerHour: 9}}
"""


def read(*files, passwords=PASSWORDS):
    return read_access({f"{number}.sql": text for number, text in enumerate(files)}, passwords)


@pytest.mark.parametrize("more", ["", REPLICATED])
def test_rendered_sql_says_what_the_model_says(compose_text, more):
    values = compose_text(SMALL + more).settings
    model = site_access(values)
    passwords = {client["id"]: f"pw-{client['id']}" for client in model["clients"]}
    found = read_access(access_sql(values), passwords)
    wanted = users_of(model, passwords)["users"]
    numbers = [{**user, "settings": dict.fromkeys(user["settings"])} for user in wanted]
    seen = [{**user, "settings": dict.fromkeys(user["settings"])} for user in found.as_users()]
    assert seen == numbers
    assert [said.text.split()[1] for said in found.unread] == ["QUOTA"] * (2 if more else 0)


def test_rights_of_several_targets_and_columns_are_read():
    found = read(ROLE, "GRANT SELECT(a, b), INSERT ON `x`.`t`, CREATE VIEW ON y.* TO r")
    assert found.granted["r"] == [
        [["SELECT ( a , b )", "INSERT"], "x.t"],
        [["CREATE VIEW"], "y.*"],
    ]


def test_grant_takes_back_what_was_withheld_below_it():
    held = "REVOKE SELECT, INSERT ON x.t FROM r;"
    assert read(ROLE, held).withheld["r"] == [[["SELECT", "INSERT"], "x.t"]]
    assert read(ROLE, held, "GRANT SELECT ON x.* TO r").withheld["r"] == [[["INSERT"], "x.t"]]
    assert read(ROLE, held, "GRANT SELECT ON y.* TO r WITH REPLACE OPTION").withheld["r"] == []


def test_user_has_its_password_its_role_and_its_profile():
    text = (
        "CREATE SETTINGS PROFILE p SETTINGS readonly = 2; "
        "ALTER SETTINGS PROFILE p ON CLUSTER 'c' SETTINGS readonly = 2 CONST, max_threads = 3 MAX 3;"
        "ALTER USER u DEFAULT ROLE r SETTINGS PROFILE 'p'; REVOKE ALL ON *.* FROM u"
    )
    assert read(ROLE, text).as_users() == [
        {
            "name": "u",
            "role": "r",
            "password_sha256": digest("p1"),
            "grants": [],
            "withheld": [],
            "settings": {"readonly": "2", "max_threads": "3"},
        }
    ]


def test_user_that_is_dropped_is_gone():
    assert read(ROLE, "DROP USER IF EXISTS u; DROP ROLE IF EXISTS r").as_users() == []


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE USER v IDENTIFIED BY 'clear'",
        "ALTER USER u SETTINGS max_threads = 1",
        "GRANT SELECT ON x.* TO r WITH GRANT OPTION",
        "GRANT SELECT ON x.* TO r, s",
        "CREATE ROW POLICY p ON x.t USING 1 TO r",
    ],
)
def test_statement_that_is_not_understood_is_named(statement):
    assert [said.text for said in read(ROLE, statement).unread] == [statement]


def test_statements_are_split_outside_of_quotes_and_comments():
    text = "-- a; b\nSELECT ';' /* ; */ AS `x;y`;\n\n;SELECT 'é'"
    found = [(said.number, said.text) for said in split_statements("f", text)]
    assert found == [(1, "SELECT ';'  AS `x;y`"), (3, "SELECT 'é'")]
