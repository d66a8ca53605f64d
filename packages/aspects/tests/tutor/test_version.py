import pytest

from aspects_gen.tutor.version import find_line, parse_version


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("6.1", (6, 1)),
        ("v3.0.3", (3, 0)),
        ("2", (2, 0)),
        (" 6.1.0-dev ", (6, 1)),
        ("latest", None),
        ("6.x", None),
        ("", None),
    ],
)
def test_version_is_major_and_minor(text, version):
    assert parse_version(text) == version


@pytest.mark.parametrize(
    ("config", "wanted", "name", "sure", "evidence"),
    [
        ({"LMS_HOST": "a"}, None, "vector", False, "newest is assumed"),
        ({"LMS_HOST": "a"}, "2.4", "ralph", True, "--aspects-version says 2.4"),
        ({"LMS_HOST": "a"}, "6.1", "vector", True, "--aspects-version says 6.1"),
        ({"LMS_HOST": "a"}, "5.0", "ralph", False, "4.0 to 6.0"),
        ({"ASPECTS_VERSION": "3.0.3"}, None, "ralph", True, "ASPECTS_VERSION says 3.0"),
        ({"ASPECTS_VERSION": 6.1}, None, "vector", True, "ASPECTS_VERSION says 6.1"),
        ({"ASPECTS_VERSION": "3.0"}, "7.2", "vector", True, "--aspects-version says 7.2"),
        ({"ASPECTS_XAPI_S3_ACCESS_KEY": ""}, None, "vector", True, "no release before 6.1"),
        ({"SUPERSET_SECRET_KEY": "x"}, None, "ralph", True, "at every save"),
        ({"SUPERSET_TALISMAN_ENABLED": True}, None, "ralph", False, "6.1 no longer knows"),
        ({"OARS_XAPI_DATABASE": "x"}, None, "ralph", False, "called Aspects"),
        (
            {
                "SUPERSET_SECRET_KEY": "x",
                "ASPECTS_XAPI_S3_SECRET_KEY": "",
                "EXTRA_DBT_PACKAGES": [],
            },
            None,
            "vector",
            True,
            "no release before 6.1",
        ),
        (
            {"ASPECTS_VERSION": "{{ X }}", "RALPH_LMS_HASHED_PASSWORD": "x"},
            None,
            "ralph",
            True,
            "save",
        ),
    ],
)
def test_line_is_told_from_evidence(config, wanted, name, sure, evidence):
    line = find_line(config, wanted)
    assert (line.name, line.sure) == (name, sure)
    assert evidence in " ".join(line.evidence)


def test_line_never_shows_a_value():
    line = find_line({"SUPERSET_SECRET_KEY": "made-up-value-123456"}, None)
    assert "made-up-value-123456" not in repr(line)
