import pytest

from aspects_gen.tutor.conditions import is_own_service
from aspects_gen.tutor.outcome import UnmappableError
from aspects_gen.tutor.settings import Settings, as_boolean
from aspects_gen.tutor.version import find_line


def make(config, version="3.0"):
    return Settings(config, find_line(config, version))


@pytest.mark.parametrize(
    ("value", "truth"),
    [
        (True, True),
        (False, False),
        ("yes", True),
        ("No", False),
        ("on", True),
        ("off", False),
        ("true", True),
        ("False", False),
        (1, True),
        (0, False),
        ("", False),
        ("maybe", None),
        ([], None),
        (2, None),
        (1.5, None),
    ],
)
def test_boolean_takes_every_form_that_tutor_has(value, truth):
    assert as_boolean(value) is truth


@pytest.mark.parametrize(
    ("value", "filled"),
    [
        ("{{ LMS_HOST }}", "learn.example.org"),
        ("lrs.{{LMS_HOST}}", "lrs.learn.example.org"),
        ("{{ CMS_HOST }}", "studio.learn.example.org"),
        ("{{ MYSQL_PORT }}", 3306),
        (["a", "{{ LMS_HOST }}"], ["a", "learn.example.org"]),
        ({"x": "{{ LMS_HOST }}"}, {"x": "learn.example.org"}),
        ("{ not a template }", "{ not a template }"),
    ],
)
def test_reference_is_filled_from_the_file_or_known_defaults(value, filled):
    settings = make({"LMS_HOST": "learn.example.org", "SUPERSET_HOST": value})
    assert settings.get("SUPERSET_HOST") == filled


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("{{ UNKNOWN_NAME }}", "does not set"),
        ("{{ LMS_HOST|upper }}", "template"),
        ("{% if X %}a{% endif %}", "template"),
        ("{{ SUPERSET_HOST }}", "circle"),
        ("{{ SUPERSET_SECRET_KEY }}", "secret"),
        ("a{{ PLUGINS }}", "not a text"),
    ],
)
def test_reference_that_cannot_be_filled_says_why(value, why):
    settings = make({"SUPERSET_HOST": value, "SUPERSET_SECRET_KEY": "x", "PLUGINS": ["a"]})
    with pytest.raises(UnmappableError, match=why):
        settings.get("SUPERSET_HOST")
    assert settings.text("SUPERSET_HOST") == ""
    assert settings.flag("SUPERSET_HOST", default=True) is True


def test_former_names_count_unless_the_present_one_is_set():
    settings = make(
        {"OARS_XAPI_DATABASE": "old", "OARS_RAW_XAPI_TABLE": "a", "ASPECTS_RAW_XAPI_TABLE": "b"}
    )
    assert settings.get("ASPECTS_XAPI_DATABASE") == "old"
    assert settings.get("ASPECTS_RAW_XAPI_TABLE") == "b"
    assert settings.names["ASPECTS_XAPI_DATABASE"] == "OARS_XAPI_DATABASE"


def test_null_counts_as_unset():
    assert make({"MYSQL_HOST": None}).get("MYSQL_HOST") == "mysql"


@pytest.mark.parametrize(
    ("config", "version", "source"),
    [
        ({}, "3.0", "ralph"),
        ({}, "6.1", "vector"),
        ({"ASPECTS_XAPI_SOURCE": "ralph"}, "6.1", "ralph"),
        ({"ASPECTS_XAPI_SOURCE": "anything"}, "6.1", "ralph"),
        ({"ASPECTS_XAPI_SOURCE": "vector"}, "3.0", "vector"),
        ({"ASPECTS_XAPI_DATABASE": "openedx"}, "3.0", "vector"),
        ({"ASPECTS_XAPI_DATABASE": "v", "ASPECTS_VECTOR_DATABASE": "v"}, "2.0", "vector"),
        ({"ASPECTS_XAPI_DATABASE": "own"}, "3.0", "ralph"),
        ({"RUN_RALPH": False, "RUN_VECTOR": True}, "3.0", "vector"),
        (
            {"RUN_RALPH": False, "RUN_VECTOR": True, "RALPH_HOST": "lrs.example.org"},
            "3.0",
            "ralph",
        ),
    ],
)
def test_source_follows_the_release(config, version, source):
    assert make(config, version).source == source


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("redis", True),
        ("redis.learning", True),
        ("redis.learning.svc", True),
        ("redis.learning.svc.cluster.local", True),
        ("redis.example.org", False),
        ("redis.other.svc", False),
        ("cache", False),
    ],
)
def test_own_services_are_known_by_every_name(host, own):
    assert is_own_service(make({"K8S_NAMESPACE": "learning"}), host, "redis") is own
