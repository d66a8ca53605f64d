import pytest

from aspects_gen.errors import ValuesError
from aspects_gen.tutor.read import NOT_SHOWN, read_config

SECRET = "made-up-S3cret-Value-77"


def refuse(tmp_path, text):
    path = tmp_path / "config.yml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ValuesError) as error:
        read_config(path)
    assert SECRET not in str(error.value)
    assert SECRET not in str([f.as_data() for f in error.value.findings])
    return error.value.findings


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (f"LMS_HOST: a\nX_PASSWORD: '{SECRET}\nB: c\n", "AG101", 4),
        (f"LMS_HOST: a\nX_PASSWORD: *{SECRET}\n", "AG101", 2),
        (f"LMS_HOST: a\nX_PASSWORD: !{SECRET} x\n", "AG103", 2),
        (f"LMS_HOST: a\n {SECRET}\n  b: c\n", "AG101", 3),
        (f"LMS_HOST: a\nLMS_HOST: {SECRET}\n", "AG102", 2),
        (f"LMS_HOST: a\n{SECRET}: 1\n{SECRET}: 2\n", "AG102", 3),
        (f"LMS_HOST: a\n? [{SECRET}]\n: b\n", "AG103", 2),
        (f"{SECRET}\n", "AG103", 1),
        (f"- {SECRET}\n", "AG103", 1),
        ("null\n", "AG103", 1),
        (f"LMS_HOST: a\n---\nX: {SECRET}\n", "AG101", 2),
        (f"LMS_HOST: a\nX: {SECRET}\x00\n", "AG101", 2),
        (f"LMS_HOST: a\nX: {SECRET}".encode() + b"\xff\n", "AG101", 2),
        ("LMS_HOST: " + "[" * 60 + SECRET + "]" * 60 + "\n", "AG101", 1),
    ],
)
def test_broken_file_is_refused_by_position_without_its_text(tmp_path, text, code, line):
    finding = refuse(tmp_path, text)[0]
    assert (finding.code, finding.at.line) == (code, line)
    assert finding.found == NOT_SHOWN
    assert finding.source == ""


def test_name_of_a_setting_that_stands_twice_is_said(tmp_path):
    assert refuse(tmp_path, "LMS_HOST: a\nLMS_HOST: b\n")[0].path == "LMS_HOST"


@pytest.mark.parametrize("text", ["", "# nothing\n", "{}\n"])
def test_empty_file_is_refused(tmp_path, text):
    finding = refuse(tmp_path, text)[0]
    assert (finding.code, finding.problem) == ("AG150", "the file is empty")
    assert "config.yml" in finding.fix


def test_file_of_something_else_is_refused(tmp_path):
    finding = refuse(tmp_path, f"site:\n  lmsHost: a\n{SECRET}: b\n")[0]
    assert finding.problem == "none of these keys is a setting of Tutor or Aspects"


def test_missing_file_is_named(tmp_path):
    with pytest.raises(ValuesError, match="does not exist"):
        read_config(tmp_path / "absent.yml")
