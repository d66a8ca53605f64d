import pytest

from aspects_gen.tutor.hidden import Hidden, sounds_secret


@pytest.mark.parametrize(
    "name",
    [
        "CLICKHOUSE_ADMIN_PASSWORD",
        "SUPERSET_SECRET_KEY",
        "JWT_RSA_PRIVATE_KEY",
        "MEILISEARCH_MASTER_KEY",
        "MEILISEARCH_API_KEY",
        "EVENT_BUS_KAFKA_API_KEY",
        "SUPERSET_METADATA_SQLALCHEMY_URI",
        "RALPH_LMS_HASHED_PASSWORD",
        "ASPECTS_XAPI_S3_ACCESS_KEY",
        "SUPERSET_SENTRY_DSN",
        "GITHUB_TOKEN",
        "some_api_key",
        "CLICKHOUSE_REPORT_URL",
        "SUPERSET_DATABASES",
    ],
)
def test_name_of_a_secret_is_known(name):
    assert sounds_secret(name)


@pytest.mark.parametrize(
    "name",
    [
        "LMS_HOST",
        "SUPERSET_OAUTH2_ACCESS_TOKEN_PATH",
        "SUPERSET_OAUTH2_CLIENT_ID",
        "SUPERSET_ROW_LEVEL_SECURITY_XAPI_GROUP_KEY",
        "KEYCLOAK_HOST",
    ],
)
def test_name_of_no_secret_is_let_through(name):
    assert not sounds_secret(name)


@pytest.mark.parametrize(
    "value",
    [
        "made-up-value-123456",
        "x made-up-value-123456 y",
        ["a", {"b": "made-up-value-123456"}],
        {"made-up-value-123456": 1},
        "mysql://user:pass@host/db",
        "https://:pass@host",
        "$2b$12$abcdefghijklmnop",
        "-----BEGIN RSA PRIVATE KEY-----",
        "https://host/?token=abc",
        "short",
        987654321,
        "in-a-map-123456",
    ],
)
def test_value_with_a_secret_in_it_is_found(value):
    hidden = Hidden(
        {
            "A_PASSWORD": "made-up-value-123456",
            "B_PASSWORD": "short",
            "C_SECRET": 987654321,
            "EXTRA": {"X_TOKEN": "in-a-map-123456"},
        }
    )
    assert hidden.holds_secret(value)


@pytest.mark.parametrize(
    "value", ["shorter", "https://host/path", "user@host", 5, None, True, [], {}]
)
def test_harmless_value_is_let_through(value):
    assert not Hidden({"B_PASSWORD": "short"}).holds_secret(value)
