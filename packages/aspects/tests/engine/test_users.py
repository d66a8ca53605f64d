import json
from email.message import Message
from xml.etree import ElementTree as Xml

import pytest

from aspects_gen.engine.fault import EngineError, RequestError
from aspects_gen.engine.users import (
    Credentials,
    accounts_of,
    credentials_of,
    owner,
    read_users,
    sign_in,
    users_of,
)
from aspects_gen.engine.usersxml import FRONT_ROLE, users_xml

MODEL = {
    "databases": ["shop"],
    "profiles": [{"name": "p", "settings": {"readonly": 2, "max_execution_time": 7}}],
    "clients": [
        {
            "id": "reporting",
            "user": "ch_report",
            "role": "ch_report_role",
            "secret": {"name": "s", "key": "k"},
            "profile": "p",
            "grants": [(("SELECT", "dictGet"), "shop.*")],
            "withheld": [(("SELECT",), "shop.secrets")],
        }
    ],
    "absent": [],
    "quotas": [],
}


def headers_of(**headers):
    message = Message()
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    return message


@pytest.mark.parametrize(
    ("headers", "params", "expected"),
    [
        ({}, {}, ("default", "")),
        ({"Authorization": "Basic dTpwOnE="}, {}, ("u", "p:q")),
        ({"X_ClickHouse_User": "u", "x_clickhouse_key": "p"}, {}, ("u", "p")),
        ({"X_ClickHouse_Key": "p"}, {}, ("default", "p")),
        ({}, {"user": "u", "password": "p"}, ("u", "p")),
        ({}, {"password": "p"}, ("default", "p")),
    ],
)
def test_credentials_come_by_each_way(headers, params, expected):
    assert credentials_of(headers_of(**headers), params) == expected


@pytest.mark.parametrize(
    ("headers", "params", "problem"),
    [
        ({"Authorization": "Bearer x"}, {}, "only `Authorization: Basic` is understood"),
        ({"Authorization": "Basic !"}, {}, "only `Authorization: Basic` is understood"),
        ({"Authorization": "Basic dTpw"}, {"user": "u"}, "at once is not allowed"),
    ],
)
def test_credentials_that_are_unclear_are_refused(headers, params, problem):
    with pytest.raises(RequestError, match=problem) as caught:
        credentials_of(headers_of(**headers), params)
    assert caught.value.code == 516


@pytest.mark.parametrize(
    ("user", "password"),
    [("ch_report", "no"), ("ch_report", ""), ("nobody", "s3cret"), ("open", "any")],
)
def test_sign_in_refuses_without_saying_what_was_wrong(user, password):
    users = users_of(MODEL, {"reporting": "s3cret"}, owners=[owner("open")])["users"]
    with pytest.raises(RequestError, match="password is incorrect, or there is no user") as caught:
        sign_in(accounts_of(users), Credentials(user, password))
    assert "s3cret" not in str(caught.value)


def test_sign_in_returns_the_account_with_its_limits():
    users = users_of(MODEL, {"reporting": "s3cret"})["users"]
    account = sign_in(accounts_of(users), Credentials("ch_report", "s3cret"))
    assert (account.role, account.settings["max_execution_time"]) == ("ch_report_role", 7)


def test_users_file_holds_no_clear_password(tmp_path):
    path = tmp_path / "users.json"
    path.write_text(json.dumps(users_of(MODEL, {"reporting": "s3cret"})))
    assert "s3cret" not in path.read_text()
    assert read_users(path)[0]["grants"] == [[["SELECT", "dictGet"], "shop.*"]]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "cannot be read"),
        ("[]", "cannot be read"),
        ('{"users": [{"name": "u", "role": "r"}]}', "user 'u' lacks password_sha256"),
        (json.dumps({"users": [owner("a b")]}), "name 'a b' is not made of letters, digits and _"),
        (json.dumps({"users": [owner(), owner()]}), "name 'default' stands twice"),
    ],
)
def test_users_file_that_is_wrong_says_where(tmp_path, text, problem):
    path = tmp_path / "users.json"
    path.write_text(text)
    with pytest.raises(EngineError) as caught:
        read_users(path)
    assert str(path) in str(caught.value)
    assert problem in str(caught.value)


def test_users_xml_gives_each_role_its_rights_and_the_connection_all_roles():
    root = Xml.fromstring(users_xml(users_of(MODEL, {"reporting": "s3cret"})["users"]))
    assert [query.text for query in root.findall("roles/ch_report_role/grants/query")] == [
        "GRANT SELECT, dictGet ON `shop`.*",
        "REVOKE SELECT ON `shop`.`secrets`",
        "GRANT SET DEFINER ON `ch_report`",
    ]
    assert [query.text for query in root.findall("users/default/grants/query")] == [
        f"GRANT `{FRONT_ROLE}`",
        "GRANT `ch_report_role`",
    ]
    assert root.findtext("users/ch_report/grants/query") == "GRANT `ch_report_role`"
    limits = root.find("profiles/ch_report_limits/constraints")
    assert [(limit.tag, limit.findtext("max")) for limit in limits] == [
        ("max_execution_time", "7")
    ]


def test_users_xml_is_the_same_each_time():
    users = [owner("boss", "b"), owner("other", "o")]
    assert users_xml(users) == users_xml(users)
