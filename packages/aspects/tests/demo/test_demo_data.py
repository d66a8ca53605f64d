"""The command: whole outputs, exact refusals."""

import argparse
import gzip
import hashlib
import json
import re

import pytest

from aspects_gen.cli import demo_data
from aspects_gen.demo.tables import COLUMNS
from aspects_gen.demo.writer import format_log, format_row, format_statement, write_rows
from aspects_gen.errors import UsageError, WriteError


def run(*words):
    parser = argparse.ArgumentParser()
    demo_data.add_arguments(parser)
    return demo_data.run(parser.parse_args(words))


SMALL = ("--statements", "200", "--learners", "5", "--courses", "2")


def digests(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def test_demo_data_writes_events_and_a_file_for_each_table(tmp_path, capsys):
    assert run(*SMALL, "--out", str(tmp_path)) == 0
    assert {path.name for path in tmp_path.iterdir()} == {
        "xapi_events_all.jsonl",
        *(f"{table}.csv" for table in COLUMNS),
    }
    shown, errors = capsys.readouterr()
    found = re.findall(r"^ *(\d+)  \S+/(\S+)$", shown, re.MULTILINE)
    counts = {name: count for count, name in found}
    for path in tmp_path.iterdir():
        assert int(counts[path.name]) == len(path.read_text("utf-8").splitlines())
    assert len(shown.splitlines()) == 9
    assert errors == ""


def test_demo_data_reports_counts_for_machines(tmp_path, capsys):
    assert run(*SMALL, "--out", str(tmp_path), "--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert report["folder"] == str(tmp_path)
    assert report["seed"] == 1
    assert report["rows"] == {
        "course_overviews.csv": 8,
        "course_blocks.csv": report["rows"]["course_blocks.csv"],
        "course_enrollment.csv": report["rows"]["course_enrollment.csv"],
        "user_profile.csv": 10,
        "external_id.csv": report["rows"]["external_id.csv"],
        "tag.csv": 24,
        "taxonomy.csv": 6,
        "object_tag.csv": 6,
        "xapi_events_all.jsonl": 200,
    }


@pytest.mark.parametrize("options", [(), ("--gzip",), ("--tables", "tsv", "--format", "log")])
def test_demo_data_gives_the_same_bytes_again(tmp_path, capsys, options):
    for name in ("one", "two"):
        assert run(*SMALL, *options, "--malformed", "0.1", "--out", str(tmp_path / name)) == 0
    assert digests(tmp_path / "one") == digests(tmp_path / "two")
    assert run(*SMALL, *options, "--seed", "2", "--out", str(tmp_path / "other")) == 0
    assert digests(tmp_path / "other") != digests(tmp_path / "one")


def test_demo_data_compressed_is_the_same_text(tmp_path, capsys):
    run(*SMALL, "--out", str(tmp_path / "plain"))
    run(*SMALL, "--gzip", "--out", str(tmp_path / "packed"))
    for path in (tmp_path / "plain").iterdir():
        packed = (tmp_path / "packed" / f"{path.name}.gz").read_bytes()
        assert gzip.decompress(packed) == path.read_bytes()


def test_demo_data_without_a_folder_prints_events_only(tmp_path, capsys):
    assert run(*SMALL) == 0
    shown, errors = capsys.readouterr()
    run(*SMALL, "--out", str(tmp_path))
    assert shown == (tmp_path / "xapi_events_all.jsonl").read_text("utf-8")
    assert errors == ""


def test_demo_data_in_all_forms_says_the_same(capsys):
    printed = {}
    for form in ("rows", "statements", "log"):
        run(*SMALL, "--format", form)
        printed[form] = capsys.readouterr().out.splitlines()
    rows = [json.loads(line) for line in printed["rows"]]
    assert [set(row) for row in rows] == [{"event_id", "emission_time", "event"}] * 200
    assert [row["event"] for row in rows] == printed["statements"]
    logged = [re.fullmatch(r".* \[xapi_tracking\] [^{]*(\{.*\})", line) for line in printed["log"]]
    assert [match[1] for match in logged] == printed["statements"]
    for row in rows:
        stamp = json.loads(row["event"])["timestamp"]
        assert row["emission_time"].replace(" ", "T") + "+00:00" == stamp


def test_demo_data_begins_on_the_day_asked_for(capsys):
    run(*SMALL, "--start", "2024-02-28", "--days", "2")
    lines = capsys.readouterr().out.splitlines()
    days = sorted({json.loads(line)["emission_time"][:10] for line in lines})
    assert days == ["2024-02-28", "2024-02-29"]


def test_demo_data_tells_its_progress(capsys, monkeypatch):
    monkeypatch.setattr(demo_data, "PROGRESS_EVERY", 1000)
    run("--statements", "2500", "--learners", "20")
    assert capsys.readouterr().err == "1,000 of 2,500 statements\n2,000 of 2,500 statements\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ("--start", "soon"),
            "--start: 'soon' is not a day\n  = fix: write it as 2026-01-05",
        ),
        (("--days", "0"), "--days: 0 is too few\n  = fix: give at least 1"),
        (("--statements", "-5"), "--statements: -5 is too few\n  = fix: give at least 1"),
        (("--courses", "0"), "--courses: 0 is too few\n  = fix: give at least 1"),
        (("--learners", "0"), "--learners: 0 is too few\n  = fix: give at least 1"),
        (("--malformed", "1.5"), "--malformed: 1.5 is no share\n  = fix: give 0 to 1"),
        (("--malformed", "nan"), "--malformed: nan is no share\n  = fix: give 0 to 1"),
        (("--gzip",), "--gzip and --json need files\n  = fix: give --out DIR as well"),
        (("--json",), "--gzip and --json need files\n  = fix: give --out DIR as well"),
    ],
)
def test_demo_data_refuses_what_makes_no_campus(words, message, capsys):
    with pytest.raises(UsageError) as caught:
        run(*words)
    assert str(caught.value) == message
    assert caught.value.exit_code == 2
    assert capsys.readouterr().out == ""


def test_demo_data_says_when_the_folder_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(WriteError) as caught:
        run(*SMALL, "--out", str(tmp_path / "file"))
    assert str(caught.value) == (
        f"cannot write to {tmp_path}/file: File exists\n"
        "  = fix: give --out a folder that you may write to"
    )


EVENT = ("id-1", "2026-01-05 10:00:00.123456", '{"a": "\\u00e9 é"}')


def test_event_lines_are_as_readers_expect_them():
    assert format_statement(EVENT) == EVENT[2] + "\n"
    assert format_row(EVENT) == (
        '{"event_id": "id-1", "emission_time": "2026-01-05 10:00:00.123456", '
        '"event": "{\\"a\\": \\"\\\\u00e9 é\\"}"}\n'
    )
    assert format_log(EVENT) == (
        "2026-01-05 10:00:00,123 INFO 21 [xapi_tracking] [user None] [ip 10.0.0.1] "
        'logger.py:41 - {"a": "\\u00e9 é"}\n'
    )


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("csv", '1,"a ""b""\nc",True,""\n'),
        ("tsv", '1\ta "b"\\nc\ttrue\t0\n'),
    ],
)
def test_row_lines_are_as_the_engine_reads_them(form, expected, tmp_path):
    path = tmp_path / "rows"
    with path.open("w", newline="") as lines:
        assert write_rows([(1, 'a "b"\nc', True, None)], lines, form) == 1
    assert path.read_text() == expected
