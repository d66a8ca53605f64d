"""The commands that go with `up`, on stacks that are not up."""

from __future__ import annotations

import json

import pytest

from aspects_gen.cli import main
from aspects_gen.environment import find_places
from aspects_gen.stack.local import compose_here
from aspects_gen.stack.show import list_dashboards
from aspects_gen.stack.state import State
from environments import ENVIRONMENTS

PORTS = {"clickhouse": 1111, "ralph": 2222, "superset": 3333, "lms": 4444}


@pytest.fixture
def folder(tmp_path):
    state = State(tmp_path / "s")
    state.open()
    state.processes.log("ralph").write_text("one\ntwo\nthree\n")
    return state.folder


def test_stack_that_never_came_up_is_down(folder, capsys):
    assert main.run(["status", "--state", str(folder)]) == 1
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines == [[name, "down"] for name in ("clickhouse", "ralph", "superset", "lms")]


def test_end_of_a_log_is_shown(folder, capsys):
    assert main.run(["logs", "ralph", "--lines", "2", "--state", str(folder)]) == 0
    assert capsys.readouterr().out == "two\nthree\n"
    assert main.run(["logs", "--state", str(folder)]) == 0
    assert capsys.readouterr().out.split() == ["ralph", str(folder / "logs" / "ralph.log")]
    assert main.run(["logs", "ralf", "--state", str(folder)]) == 2
    assert "there is no log of 'ralf'\n  = fix: name one of: ralph" in capsys.readouterr().err


def test_stopping_what_does_not_run_says_so(folder, capsys):
    assert main.run(["down", "--state", str(folder)]) == 0
    assert capsys.readouterr().out == "nothing ran\n"


@pytest.mark.parametrize("command", ["status", "logs", "down", "reset"])
def test_stack_that_is_not_there_is_named(command, tmp_path, capsys):
    assert main.run([command, "--state", str(tmp_path / "none")]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"no stack was started in {tmp_path / 'none'}\n")
    assert "= fix: start one with: aspects-gen up starter" in said


def test_one_folder_holds_one_environment(folder, capsys):
    State(folder).save(environment="production")
    words = ["up", "starter", "--environments", str(ENVIRONMENTS), "--state", str(folder)]
    assert main.run([*words, "--detach"]) == 4
    assert "holds the stack of production, not of starter" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["--feed", "-1"], ["--feed", "900"], ["--statements", "0"]])
def test_sizes_that_make_no_sense_are_refused(words, tmp_path, capsys):
    where = ["--environments", str(ENVIRONMENTS), "--state", str(tmp_path / "s")]
    assert main.run(["up", *where, *words]) == 2
    assert not (tmp_path / "s").exists()
    assert words[0] in capsys.readouterr().err


def test_dashboards_are_named_with_the_slugs_that_they_get(tmp_path):
    place = find_places(ENVIRONMENTS, tmp_path, ["starter"])[0]
    bundle = compose_here(place, tmp_path / "values", PORTS, tmp_path / "home")
    assert ("Course Dashboard", "course-dashboard-en") in list_dashboards(bundle)
    assert len(list_dashboards(bundle)) >= 8


def test_state_is_plain_data(folder):
    assert json.loads((folder / "stack.json").read_text()) == {}
