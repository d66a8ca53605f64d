import pytest

from aspects_gen.engine.unproven import UNPROVEN


def test_unproven_things_each_have_a_command():
    assert all(item.command.startswith("clickhouse-client ") for item in UNPROVEN)
    assert len({item.what for item in UNPROVEN}) == len(UNPROVEN)


@pytest.mark.parametrize(
    ("user", "sql", "code"),
    [
        ("boss:b", "CREATE USER u", "514"),
        ("boss:b", "CREATE ROLE r", "514"),
        ("writer:w", "SELECT count() FROM system.query_log", None),
        ("writer:w", "SELECT throwIf(currentUser() != 'default')", None),
        ("boss:b", "CREATE DATABASE d ENGINE = Replicated('/d', 's', 'r')", "225"),
    ],
)
def test_unproven_things_are_as_they_are_described(shop, send_to, user, sql, code):
    assert send_to(shop.port, sql, user=user).code == code


def test_view_without_a_definer_asks_the_inserter_s_rights(shop, send_to):
    for sql in (
        "CREATE TABLE shop.copies (a Int64) ENGINE = MergeTree ORDER BY a",
        "CREATE MATERIALIZED VIEW shop.copying TO shop.copies AS SELECT a FROM shop.sales",
    ):
        assert send_to(shop.port, sql, user="boss:b").status == 200
    reply = send_to(shop.port, "INSERT INTO shop.sales FORMAT CSV\n2\n", user="writer:w")
    assert reply.code == "497"
    assert "while pushing to view shop.copying" in reply.text
    for sql in (
        "DROP TABLE shop.copying",
        "TRUNCATE TABLE shop.sales",
        "INSERT INTO shop.sales VALUES (1)",
    ):
        assert send_to(shop.port, sql, user="boss:b").status == 200
