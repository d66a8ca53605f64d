"""The lock file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aspects_gen.errors import ValuesError, WriteError
from aspects_gen.images.lock import ImageLock, Pin, parse_lock, read_lock, write_lock

A, B = f"sha256:{'a' * 64}", f"sha256:{'b' * 64}"
ENTRY = {"digest": A, "seen": "somewhere"}
COMMITTED = Path(__file__).parents[2] / "environments" / "images.lock.json"


def parse(data):
    text = data if isinstance(data, str) else json.dumps(data, indent=2)
    return parse_lock(text, Path("env/images.lock.json"))


def test_missing_file_is_an_empty_lock(tmp_path):
    assert read_lock(tmp_path / "images.lock.json").images == {}


def test_reference_gains_its_digest_or_stays_as_it_is():
    lock = ImageLock({"a/b:1": Pin(A, "x")})
    assert lock.resolve("a/b:1") == f"a/b:1@{A}"
    assert lock.resolve("a/b:2") == "a/b:2"
    assert lock.digest_of("a/b:2") is None


def test_text_is_sorted_and_ends_with_a_newline():
    lock = ImageLock({"b:1": Pin(B, "y"), "a:1": Pin(A, "x")}, "why")
    data = json.loads(lock.dump())
    assert list(data) == ["comment", "images"]
    assert list(data["images"]) == ["a:1", "b:1"]
    assert list(data["images"]["a:1"]) == ["digest", "seen"]
    assert lock.dump().endswith("}\n")


@settings(max_examples=25, deadline=None)
@given(
    st.dictionaries(
        st.from_regex(r"\A[a-z]{1,5}/[a-z]{1,5}:[a-z0-9]{1,5}\Z"),
        st.builds(
            Pin,
            st.from_regex(r"\Asha256:[0-9a-f]{64}\Z"),
            st.text(min_size=1).filter(str.strip),
        ),
    ),
    st.text(),
)
def test_lock_survives_writing_and_reading(images, comment):
    lock = ImageLock(images, comment)
    assert parse_lock(lock.dump(), Path("x")) == lock


def test_file_survives_writing_and_reading(tmp_path):
    path = tmp_path / "new" / "images.lock.json"
    lock = ImageLock({"a:1": Pin(A, "gesehen in Köln")})
    write_lock(path, lock)
    assert read_lock(path) == lock
    assert [item.name for item in path.parent.iterdir()] == ["images.lock.json"]


@pytest.mark.parametrize(
    ("data", "problem", "path"),
    [
        ([], "the image lock has no images", ""),
        ({}, "the image lock has no images", ""),
        ({"images": []}, "the image lock has no images", ""),
        ({"images": {}, "extra": 1}, "this key is not known", "extra"),
        ({"images": {}, "comment": 1}, "the comment is not text", "comment"),
        ({"images": {"a": ENTRY}}, "it has no tag", "a"),
        ({"images": {"a:1": A}}, "this is no pin", "a:1"),
        ({"images": {"a:1": {"digest": A}}}, "this is no pin", "a:1"),
        ({"images": {"a:1": {**ENTRY, "more": 1}}}, "this is no pin", "a:1"),
        ({"images": {"a:1": {**ENTRY, "digest": "sha256:abc"}}}, "this is no digest", "a:1"),
        ({"images": {"a:1": {**ENTRY, "digest": A.upper()}}}, "this is no digest", "a:1"),
        ({"images": {"a:1": {**ENTRY, "digest": None}}}, "this is no digest", "a:1"),
        ({"images": {"a:1": {**ENTRY, "seen": " "}}}, "nobody says where", "a:1"),
        ('{"images": {"a:1": 1, "a:1": 2}}', "`a:1` stands there twice", "a:1"),
    ],
)
def test_malformed_lock_is_refused_by_file_and_key(data, problem, path):
    with pytest.raises(ValuesError) as error:
        parse(data)
    finding = error.value.findings[0]
    text = str(error.value)
    assert any(problem in found.problem for found in error.value.findings)
    assert finding.path == path
    assert finding.at.file == "env/images.lock.json"
    assert "aspects-gen images pin" in text


def test_finding_points_at_the_line_of_the_key():
    with pytest.raises(ValuesError) as error:
        parse({"images": {"a:1": ENTRY, "b:1": {**ENTRY, "digest": "x"}}})
    (finding,) = error.value.findings
    assert (finding.at.line, finding.at.column) == (7, 5)
    assert finding.source.strip() == '"b:1": {'


def test_every_problem_is_told_at_once():
    with pytest.raises(ValuesError) as error:
        parse({"images": {"a": {"digest": "x", "seen": ""}}, "extra": 1})
    assert len(error.value.findings) == 4


def test_text_that_is_not_json_is_told_by_line_and_column():
    with pytest.raises(ValuesError) as error:
        parse('{\n  "images": {,}\n}')
    (finding,) = error.value.findings
    assert (finding.at.line, finding.at.column) == (2, 14)
    assert finding.problem == "the image lock is not JSON"


@pytest.mark.parametrize("text", ["[" * 100_000, '{"images": ' + "9" * 5000 + "}"])
def test_text_made_to_overwhelm_is_refused(text):
    with pytest.raises(ValuesError):
        parse(text)


@pytest.mark.parametrize("data", [b"\xff\xfe", None])
def test_unreadable_file_is_told(tmp_path, data):
    path = tmp_path / "images.lock.json"
    path.mkdir() if data is None else path.write_bytes(data)
    with pytest.raises(ValuesError, match="the image lock cannot be read"):
        read_lock(path)


def test_refusing_disk_leaves_the_old_lock(tmp_path, monkeypatch):
    path = tmp_path / "images.lock.json"
    old = ImageLock({"a:1": Pin(A, "x")})
    write_lock(path, old)

    def refuse(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", refuse)
    with pytest.raises(WriteError, match="No space left on device"):
        write_lock(path, ImageLock({}))
    monkeypatch.undo()
    assert read_lock(path) == old
    write_lock(path, ImageLock({}))
    assert [item.name for item in tmp_path.iterdir()] == ["images.lock.json"]


def test_committed_lock_is_whole_and_in_the_form_we_write():
    lock = read_lock(COMMITTED)
    assert lock.dump() == COMMITTED.read_text(encoding="utf-8")
    assert all("/" in name for name in lock.images)
