"""The command line as a process and as a whole: help, exit codes, closed pipes, full disks, odd terminals."""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from aspects_gen import VERSION
from aspects_gen.cli import main, schema
from aspects_gen.cli.main import COMMANDS, make_parser, run
from aspects_gen.errors import ServiceError, WriteError
from aspects_gen.services.registry import discover_services

FULL = Path("/dev/full")

ACTIONS = [(name,) for name in COMMANDS if name != "images"] + [
    ("images", "list"),
    ("images", "pin"),
]


def start(*words, **options):
    """Run the program in a process of its own, with a folder where nothing is."""
    command = [sys.executable, "-m", "aspects_gen", *words]
    return subprocess.run(command, capture_output=True, check=False, **options)


def parsers(parser):
    """Yield a parser and all below it."""
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from parsers(below)


def test_version_is_that_of_the_distribution(capsys):
    with pytest.raises(SystemExit) as stop:
        run(["--version"])
    assert (stop.value.code, capsys.readouterr().out) == (0, f"aspects-gen {VERSION}\n")


def test_no_command_shows_the_help_and_is_wrong(capsys):
    assert run([]) == 2
    said = capsys.readouterr().out
    assert all(f"\n    {name} " in said or f"\n    {name}\n" in said for name in COMMANDS)


@pytest.mark.parametrize("words", ACTIONS, ids=" ".join)
def test_each_command_explains_itself(words, capsys):
    with pytest.raises(SystemExit) as stop:
        run([*words, "--help"])
    assert stop.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: aspects-gen {' '.join(words)} ")


def test_each_argument_is_explained_and_none_may_be_cut_short():
    for parser in parsers(make_parser()):
        assert not parser.allow_abbrev, parser.prog
        for action in parser._actions:
            if not isinstance(action, argparse._SubParsersAction):
                assert action.help, (parser.prog, action.dest)


@pytest.mark.parametrize("words", [("deploy",), ("build", "--env", "x"), ("build", "--chec")])
def test_arguments_that_are_not_known_are_wrong(words, capsys):
    with pytest.raises(SystemExit) as stop:
        run(list(words))
    assert stop.value.code == 2


@pytest.fixture
def failing(monkeypatch):
    """Make the command `schema` fail in a given way."""

    def fail(error):
        def raise_it(_args):
            raise error

        monkeypatch.setattr(schema, "run", raise_it)
        return run(["schema"])

    return fail


def test_a_defect_says_that_it_is_one_without_a_traceback(failing, capsys):
    assert failing(KeyError("secret")) == 70
    said = capsys.readouterr()
    assert said.err.startswith(f"aspects-gen {VERSION} has a defect, not your values: KeyError")
    assert "= fix: report it" in said.err
    assert "Traceback" not in said.err


def test_debug_shows_where_a_defect_is(monkeypatch):
    def fail(_args):
        raise KeyError("x")

    monkeypatch.setattr(schema, "run", fail)
    with pytest.raises(KeyError):
        run(["schema", "--debug"])


def test_debug_shows_where_an_error_came_from(monkeypatch, capsys):
    def fail(_args):
        raise WriteError("it is full\n  = fix: empty it")

    monkeypatch.setattr(schema, "run", fail)
    assert run(["schema", "--debug"]) == 3
    said = capsys.readouterr().err
    assert "Traceback" in said
    assert said.endswith("it is full\n  = fix: empty it\n")


def test_a_defect_of_a_service_is_not_blamed_on_values(failing, capsys):
    assert failing(ServiceError("the service x lacks: emit\n  = fix: add it")) == 70
    assert capsys.readouterr().err == "the service x lacks: emit\n  = fix: add it\n"


def test_a_disk_that_refuses_is_no_defect(failing, capsys):
    assert failing(PermissionError(13, "Permission denied", "environments")) == 3
    assert capsys.readouterr().err == (
        "environments: cannot read or write: Permission denied\n"
        "  = fix: check the path, permissions and free space\n"
    )


def test_an_interruption_is_told_from_a_failure(failing, capsys):
    assert failing(KeyboardInterrupt()) == 130
    assert "interrupted; run it again to finish" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "code", "problem"),
    [
        (("explain", "no-such-key"), 2, "there is no key `no-such-key`"),
        (("build", "nobody"), 2, "there is no environment `nobody`"),
        (("order", "nobody"), 2, "there is no environment `nobody`"),
        (("secrets", "nobody"), 2, "there is no environment `nobody`"),
        (("lint", "nobody"), 2, "there is no environment `nobody`"),
        (("images", "list", "nobody"), 2, "there is no environment `nobody`"),
        (("secrets", "small", "--only", "none"), 2, "--only none: there is no such Secret"),
        (("secrets", "small", "--age", "x"), 2, "--age does nothing without --generate"),
    ],
)
def test_every_refusal_is_data_where_data_are_asked_for(call, words, code, problem):
    found, said, complaints = call(*words, "--json")
    (error,) = json.loads(said)["errors"]
    assert (found, complaints) == (code, "")
    assert error["problem"] == problem
    assert error["fix"]


def test_schema_prints_the_bundled_schema(capsys):
    assert run(["schema"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert list(printed["properties"])[-5:] == list(discover_services())
    assert printed["$schema"].startswith("https://json-schema.org/")


def test_a_reader_that_leaves_does_not_make_a_failure_look_like_success():
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "wb") as closed:
        command = [sys.executable, "-m", "aspects_gen", "schema"]
        done = subprocess.run(command, stdout=closed, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (main.UNREAD, b"")


@pytest.mark.skipif(not FULL.exists(), reason="no device that is always full")
def test_a_full_disk_under_the_output_is_no_defect():
    with FULL.open("wb") as full:
        command = [sys.executable, "-m", "aspects_gen", "schema"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 3
    assert b"No space left on device\n  = fix: " in done.stderr
    assert b"Exception" not in done.stderr


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_closed_stream_is_no_defect(number, tmp_path):
    code = f"import os, sys; os.close({number}); os.execv(sys.executable, sys.argv[1:])"
    words = (sys.executable, "-m", "aspects_gen", "init", "site", "--lms-host", "a.example.org")
    command = [sys.executable, "-c", code, *words]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert (tmp_path / "environments" / "site.yaml").is_file()


def test_letters_that_the_terminal_lacks_are_written_out(tmp_path):
    folder = tmp_path / "environments"
    folder.mkdir()
    text = "site: {lmsHost: a.example.org, platformName: Ünï ☃}\n"
    (folder / "site.yaml").write_text(text, encoding="utf-8")
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = start("explain", "site.platformName", "--env", "site", cwd=tmp_path, env=environment)
    assert (done.returncode, done.stderr) == (0, b"")
    assert rb"\xdcn\xef \u2603" in done.stdout
