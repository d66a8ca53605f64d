import pytest

from aspects_gen.engine.parameters import query_parameters


@pytest.mark.parametrize(
    ("declared", "value", "expected"),
    [
        ("DateTime64(6)", "2024-01-01T00:00:00Z", "1704067200.000000"),
        ("DateTime64(6)", "2024-01-01T00:00:00.123456+00:00", "1704067200.123456"),
        ("DateTime64(6, 'Asia/Tokyo')", "2024-01-01T02:00:00+02:00", "1704067200.000000"),
        ("Nullable(DateTime64(3))", "2023-12-31 19:00:00-05:00", "1704067200.000000"),
        ("DateTime", "2024-01-01T00:00:00.9Z", "1704067200"),
        ("DateTime64(3)", "2024-01-01 00:00:00", "2024-01-01 00:00:00"),
        ("DateTime64(3)", "1969-12-31T23:59:59Z", "1969-12-31 23:59:59"),
        ("DateTime64(3)", "nonsense Z", "nonsense Z"),
        ("String", "2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z"),
        ("Array(String)", "['2024-01-01T00:00:00Z']", "['2024-01-01T00:00:00Z']"),
        (
            "Array(DateTime64(3))",
            "['2024-01-01T00:00:00Z', '2024-01-01 00:00:00']",
            "[1704067200.000000, '2024-01-01 00:00:00']",
        ),
    ],
)
def test_date_parameter_loses_its_zone_and_keeps_its_moment(declared, value, expected):
    sql = f"SELECT {{x:{declared}}}".encode()
    assert query_parameters(sql, {"x": value}) == {"x": expected}


def test_parameter_of_no_placeholder_stays():
    sql = b"SELECT '{x:DateTime64(3)}' -- {x:DateTime}"
    assert query_parameters(sql, {"x": "2024-01-01T00:00:00Z"}) == {"x": "2024-01-01T00:00:00Z"}
