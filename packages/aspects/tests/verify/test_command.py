"""The command: what it prints, and what it leaves behind."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from aspects_gen.cli.main import run
from aspects_gen.verify import packages

VALUES = "profile: starter\nsite: {platformName: X, lmsHost: lms.example.org}\n"


@pytest.fixture
def environments(tmp_path):
    folder = tmp_path / "environments"
    folder.mkdir()
    (folder / "site.yaml").write_text(VALUES)
    return folder


def test_missing_packages_are_named_with_the_way_to_them(environments, capsys, monkeypatch):
    monkeypatch.setitem(packages.NEEDED, "no_such_package.inside", "nothing")
    assert run(["verify", "site", "--environments", str(environments)]) == 3
    assert capsys.readouterr().err == (
        "verify runs what is deployed, for which these are not installed: "
        "no_such_package.inside (nothing)\n"
        "  = fix: pip install 'aspects-gen[verify]', or in a checkout: hatch run verify ENV\n"
    )


def test_wrong_values_are_told_before_anything_starts(environments, capsys):
    (environments / "site.yaml").write_text(VALUES + "aspects: {retentionMonths: soon}\n")
    pytest.importorskip("chdb")
    assert run(["verify", "site", "--environments", str(environments)]) == 2
    assert "site.yaml:3:28  aspects.retentionMonths" in capsys.readouterr().err


@pytest.mark.parametrize(("sign", "status"), [(signal.SIGTERM, 143), (signal.SIGKILL, -9)])
def test_whoever_ends_it_finds_nothing_left(environments, tmp_path, sign, status):
    for name in ("chdb", "alembic", "dbt.adapters.clickhouse"):
        pytest.importorskip(name)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    words = [
        sys.executable,
        "-m",
        "aspects_gen",
        "verify",
        "site",
        "--environments",
        "environments",
    ]
    with subprocess.Popen(
        words, cwd=tmp_path, env={"TMPDIR": str(scratch)}, stderr=subprocess.PIPE, text=True
    ) as running:
        told = [next(running.stderr) for _ in range(3)]
        assert told[0] == "access: create databases; every client signs in\n"
        assert told[1].startswith("access: done in ")
        assert told[2] == "migrations: bring an empty server to the newest revision\n"
        while len(processes_in(scratch)) < 2:  # the engine, and the script
            assert running.poll() is None
            time.sleep(0.02)
        running.send_signal(sign)
        running.stderr.read()
        assert running.wait() == status
    deadline = time.monotonic() + 60
    while processes_in(scratch) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert processes_in(scratch) == []
    if sign != signal.SIGKILL:
        assert list(scratch.iterdir()) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["environments", "scratch"]


def processes_in(folder):
    """Return the processes that name a folder in their command line."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if str(folder).encode() in path.read_bytes():
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found
