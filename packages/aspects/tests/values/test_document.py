from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aspects_gen.errors import ValuesError
from aspects_gen.values.document import MAX_BYTES, load_document


def read(tmp_path: Path, text: str | bytes):
    path = tmp_path / "site.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return load_document(path, "site.yaml")


def refuse(tmp_path: Path, text: str | bytes) -> ValuesError:
    with pytest.raises(ValuesError) as caught:
        read(tmp_path, text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", "yes"),
        ("on", "on"),
        ("off", "off"),
        ("y", "y"),
        ("true", True),
        ("False", False),
        ("0o17", 15),
        ("017", 17),
        ("0x1F", 31),
        ("1_000", "1_000"),
        ("2026-01-01", "2026-01-01"),
        ("12:30:45", "12:30:45"),
        ("=", "="),
        ("~", None),
        ("1e3", 1000.0),
        ("'1'", "1"),
        ("<<", "<<"),
    ],
)
def test_scalars_follow_the_core_schema(tmp_path, text, value):
    found = read(tmp_path, f"key: {text}\n").data["key"]
    assert found == value
    assert type(found) is type(value)


def test_positions_point_at_keys_and_values(tmp_path):
    document = read(tmp_path, "a:\n  b: [1, x]\n")
    assert str(document.positions[("a", "b")]) == "site.yaml:2:3"
    assert str(document.values_at[("a", "b")]) == "site.yaml:2:6"
    assert str(document.values_at[("a", "b", 1)]) == "site.yaml:2:10"


def test_an_empty_file_is_an_empty_map(tmp_path):
    assert read(tmp_path, "").data == {}
    assert read(tmp_path, "# nothing yet\n").data == {}


def test_duplicate_keys_are_all_reported_at_once(tmp_path):
    error = refuse(tmp_path, "a: 1\na: 2\nb: 1\nb: 2\n")
    assert [finding.code for finding in error.findings] == ["AG102", "AG102"]
    assert error.findings[0].render() == (
        "site.yaml:2:1  a\n"
        "  |\n"
        "2 | a: 2\n"
        "  | ^ this key is already set on line 1\n"
        "  = found: text 'a'\n"
        "  = expected: each key once\n"
        "  = fix: remove one of the two `a`\n"
        "  = code: AG102"
    )


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("- 1\n", "AG103", "must hold a map"),
        ("a: [1\n", "AG101", "not valid YAML"),
        ("a: 1\n---\nb: 2\n", "AG101", "second document"),
        ("a: !!python/object:os.system x\n", "AG103", "is not supported"),
        ("? [a]\n: 1\n", "AG103", "a key must be text"),
        ("a: &x\n  b: *x\n", "AG104", "endless or huge"),
        ("a: *nowhere\n", "AG101", "undefined alias"),
        ("a: \x07\n", "AG101", "control character U+0007"),
        ("a: " + "[" * 200_000, "AG101", "levels of nesting"),
        (b"a: \xff\n", "AG101", "byte 0xff"),
        ("a: !!int x\n", "AG103", "the tag tag:yaml.org,2002:int is not supported"),
        ("a: .nan\n", "AG103", "no number that anything here can have"),
        ("a: -.Inf\n", "AG103", "neither infinite nor NaN"),
        ("a: 1e400\n", "AG103", "neither infinite nor NaN"),
        ("a: " + "1" * 5000 + "\n", "AG103", "at most 40 characters"),
        ("a: 0x" + "f" * 5000 + "\n", "AG103", "at most 40 characters"),
    ],
)
def test_what_is_not_plain_yaml_is_refused_with_its_place(tmp_path, text, code, words):
    error = refuse(tmp_path, text)
    assert code in {finding.code for finding in error.findings}
    assert words in str(error)
    assert "site.yaml:" in str(error)


def test_aliases_that_multiply_are_refused(tmp_path):
    levels = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 40)]
    assert "AG104" in str(refuse(tmp_path, "\n".join(levels)))


def test_a_missing_file_says_so(tmp_path):
    with pytest.raises(ValuesError, match="does not exist"):
        load_document(tmp_path / "none.yaml", "none.yaml")


def test_a_folder_in_place_of_a_file_says_so(tmp_path):
    with pytest.raises(ValuesError) as caught:
        load_document(tmp_path, "site.yaml")
    assert "site.yaml\n  the file cannot be read\n  = found: Is a directory" in str(caught.value)


def test_a_file_too_large_to_be_values_is_not_parsed(tmp_path):
    error = refuse(tmp_path, "a: " + "x" * MAX_BYTES)
    assert f"= fix: keep it under {MAX_BYTES} bytes" in str(error)


def test_a_secret_on_the_line_of_an_error_is_hidden(tmp_path):
    error = refuse(tmp_path, "password: hunter2\npassword: hunter3\n")
    assert "hunter" not in str(error)
    assert "(hidden)" in str(error)


WORDS = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cn"], exclude_characters="\ufeff\u2028\u2029"),
    max_size=12,
)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=10,
)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.dictionaries(WORDS, PLAIN, max_size=4))
def test_reading_returns_what_json_says(tmp_path, data):
    import json

    # JSON is YAML 1.2: what is quoted stays text whatever it looks like
    text = json.dumps(data, ensure_ascii=False)
    assert read(tmp_path, text).data == data


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=80) | st.text(max_size=80).map(lambda text: text.encode()))
def test_no_bytes_make_a_traceback(tmp_path, data):
    try:
        read(tmp_path, data)
    except ValuesError as error:
        findings = error.findings
    else:
        findings = []
    assert all(finding.fix and finding.expected and finding.found for finding in findings)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.dictionaries(st.from_regex(r"[a-z]{1,5}", fullmatch=True), PLAIN, max_size=3))
def test_positions_exist_for_every_value(tmp_path, data):
    document = read(tmp_path, yaml.safe_dump(data, allow_unicode=False))

    def walk(value, path):
        assert path in document.values_at
        if isinstance(value, dict | list):
            for key, child in value.items() if isinstance(value, dict) else enumerate(value):
                walk(child, (*path, key))

    walk(document.data, ())
