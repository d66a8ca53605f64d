import pytest

from aspects_gen.tutor.convert import CONVERTERS
from aspects_gen.tutor.images import is_upstream, split_image
from aspects_gen.tutor.outcome import Noted, NotNeededError, UnmappableError
from aspects_gen.tutor.settings import Settings
from aspects_gen.tutor.version import find_line

LEARNER = {
    "name": "Individual Learner",
    "slug": "individual-learner",
    "uuid": "abae8a25-1ba4-4653-81bd-d3937a162a11",
}
COURSE = {"name": "Course", "slug": "course", "uuid": "c0e64194-33d1-4d5a-8c10-4f51530c5ee9"}


def convert(name, value, *, variable="X", version="3.0", **config):
    settings = Settings(config, find_line(config, version))
    found = CONVERTERS[name](value, variable, settings)
    return found.value if isinstance(found, Noted) else found


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("text", " a ", "a"),
        ("text", 5, "5"),
        ("boolean", "yes", True),
        ("integer", "10000", 10000),
        ("integer", " 7 ", 7),
        ("integer", 5.0, 5),
        ("number", "0.5", 0.5),
        ("quantity", 1024, "1024"),
        ("public_host", "Learn.Example.ORG.", "learn.example.org"),
        ("cluster_host", "mysql", "mysql.openedx.svc"),
        ("cluster_host", "db.example.org", "db.example.org"),
        ("is_set", "", False),
        ("is_set", "bucket", True),
        ("pii", "true", "on"),
        ("pii", False, "off"),
        ("retention", None, 120),
        ("locales", ["en", "es", "en"], ["en", "es"]),
        ("arguments", "--a=1 '--b c'", ["--a=1", "--b c"]),
        ("arguments", "", []),
        ("url_path", "api/user/v1/{username}", "/api/user/v1/{username}"),
        ("url_path", "/x?permissions={permissions}", "/x?permissions={permission}"),
        ("markdown", 'a\\nb \\"c\\"', 'a\nb "c"'),
        ("markdown", None, ""),
        ("markdown", "a \t\r\n", "a"),
        ("sinks", ["tag", "own_sink"], ["tag"]),
        ("pii_sinks", ["user_profile", "external_id", "auth_user"], ["user_profile", "external_id"]),
        ("roles", {"instructor": "Teacher", "own": "Own"}, {"instructor": "Teacher"}),
        ("languages", {"en": {"flag": "us", "name": "English"}}, [{"code": "en", "name": "English", "flag": "us"}]),
        ("release", "release/sumac.2", "sumac"),
        ("lms_image", "registry.example.org:5000/openedx:1.2", "registry.example.org:5000/openedx:1.2"),
        (
            "image",
            "registry.example.org/clickhouse:25.8.1",
            {"repository": "registry.example.org/clickhouse", "tag": "25.8.1"},
        ),
        (
            "ralph_settings",
            {"RALPH_A": True, "RALPH_B": 2, "x": 1, "RALPH_C": []},
            {"RALPH_A": "true", "RALPH_B": "2"},
        ),
    ],
)  # fmt: skip
def test_setting_becomes_a_value(name, value, expected):
    assert convert(name, value) == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("text", True),
        ("text", []),
        ("boolean", "maybe"),
        ("integer", True),
        ("integer", "1.5"),
        ("integer", "9" * 30),
        ("integer", "٣"),
        ("integer", float("nan")),
        ("integer", float("inf")),
        ("integer", {}),
        ("number", "x"),
        ("number", True),
        ("number", 10**400),
        ("texts", "en"),
        ("texts", [1]),
        ("text_map", {"a": 1}),
        ("text_map", []),
        ("markdown", 5),
        ("arguments", "'open"),
        ("arguments", 5),
        ("url_path", []),
        ("dashboards", {}),
        ("dashboards", [1]),
        ("dashboards", [{"name": "a"}]),
        ("roles", {"admin": 1}),
        ("languages", []),
        ("languages", {"en": {}}),
        ("languages", {"en": "English"}),
        ("release", "master"),
        ("image", "clickhouse"),
        ("image", "registry.example.org/x:latest"),
        ("lms_image", "{{ X }}"),
        ("ralph_settings", []),
    ],
)
def test_setting_of_another_kind_is_refused(name, value):
    with pytest.raises(UnmappableError):
        convert(name, value)


def test_usual_image_is_not_needed():
    with pytest.raises(NotNeededError, match=r"images\.lock\.json"):
        convert("image", "docker.io/fundocker/ralph:4.1.0", variable="DOCKER_IMAGE_RALPH")


@pytest.mark.parametrize(
    ("image", "split"),
    [
        ("a/b:1", ("a/b", "1")),
        ("host:5000/a:1.2@sha256:" + "0" * 64, ("host:5000/a", "1.2")),
        ("a/b", None),
        ("host:5000/a", None),
        ("a:latest", None),
        ("A B:1", None),
    ],
)
def test_image_is_split(image, split):
    assert split_image(image) == split


def test_other_image_is_not_upstream():
    assert not is_upstream("DOCKER_IMAGE_RALPH", "registry.example.org/fundocker/ralph")


@pytest.mark.parametrize(
    ("dialect", "port", "expected"),
    [
        ("mysql", 3306, 0),
        ("mysql", 3307, 3307),
        ("postgresql", "5432", 0),
        ("postgresql", 3306, 3306),
    ],
)
def test_database_port_is_zero_where_it_is_the_engines_own(dialect, port, expected):
    assert convert("database_port", port, SUPERSET_DB_DIALECT=dialect) == expected


@pytest.mark.parametrize(
    ("config", "url"),
    [
        ({}, "http://lrs.example.org/xAPI/"),
        ({"RALPH_RUN_HTTPS": True}, "https://lrs.example.org/xAPI/"),
        ({"RALPH_RUN_HTTPS": True, "RALPH_PORT": 443}, "https://lrs.example.org/xAPI/"),
        ({"RALPH_PORT": 8100}, "http://lrs.example.org:8100/xAPI/"),
    ],
)
def test_ralph_elsewhere_becomes_an_address(config, url):
    assert convert("lrs_url", "lrs.example.org", **config) == url


def test_individual_learner_moves_to_the_pii_list_in_old_releases():
    assert [d["slug"] for d in convert("instructor_dashboards", [COURSE, LEARNER])] == ["course"]
    new = convert("instructor_dashboards", [COURSE, LEARNER], version="6.1")
    assert [d["slug"] for d in new] == ["course", "individual-learner"]


def test_ralph_settings_leave_secrets_out_by_name_and_by_value():
    config = {"RALPH_LMS_PASSWORD": "made-up-value-123456"}
    value = {
        "RALPH_SENTRY_DSN": "https://a@b/1",
        "RALPH_NOTE": "made-up-value-123456",
        "RALPH_STORE": "https://user:pass@host",
        "RALPH_LOCALE_PATH": "/x",
    }
    assert convert("ralph_settings", value, **config) == {"RALPH_LOCALE_PATH": "/x"}


@pytest.mark.parametrize(
    ("name", "config", "expected"),
    [
        ("ralph_enabled", {"RUN_RALPH": False, "RUN_VECTOR": False}, True),
        ("ralph_enabled", {"RUN_RALPH": False, "RALPH_HOST": "lrs.example.org"}, False),
        ("ralph_enabled", {"RUN_RALPH": False, "ASPECTS_XAPI_SOURCE": "vector"}, False),
        ("vector_enabled", {"RUN_VECTOR": False, "ASPECTS_XAPI_SOURCE": "vector"}, True),
        ("vector_enabled", {"RUN_VECTOR": False}, False),
    ],
)
def test_pipeline_that_is_read_runs(name, config, expected):
    assert convert(name, False, **config) is expected
