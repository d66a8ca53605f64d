"""The README's session shows what really happens, and its two commands are those of the project."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from environments import ROOT


def session() -> list[tuple[str, str]]:
    """Return each command of the session and what it printed."""
    text = re.search(r"```console\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert text
    parts = re.split(r"(?m)^\$ (.*)\n", text[1])[1:]
    return list(zip(parts[::2], parts[1::2], strict=True))


@pytest.fixture(scope="module")
def checkout(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("checkout")
    for name in ("environments", "generated"):
        shutil.copytree(ROOT / name, folder / name)
    return folder


def test_the_session_is_true(checkout):
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for command, shown in session():
        done = subprocess.run(
            command, shell=True, cwd=checkout, env={**os.environ, "PATH": programs},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        assert done.stdout == shown, command


def test_the_two_commands_exist():
    text = (ROOT / "README.md").read_text()
    assert "pip install hatch && hatch run aspects-gen build" in text
    assert "pip install hatch && hatch run test" in text
    hatch = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]
    assert "test" in hatch["envs"]["default"]["scripts"]
