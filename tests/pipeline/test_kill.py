"""A whole `build` killed at any moment leaves what the next one repairs without asking."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from environments import ENVIRONMENTS

KILLS = 14
STEP_SECONDS = 0.045
"""Kills are spread from the start of the process to about its end; when exactly does not matter."""


def build(environments: Path, out: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "aspects_gen", "build", "--environments", str(environments)]
    return subprocess.Popen(
        [*command, "--out", str(out)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


def test_a_killed_build_is_repaired_by_the_next(tmp_path):
    environments = tmp_path / "environments"
    environments.mkdir()
    shutil.copy(ENVIRONMENTS / "starter.yaml", environments / "site.yaml")
    wanted = tmp_path / "wanted"
    assert build(environments, wanted).wait() == 0
    out = tmp_path / "out"
    killed = 0
    for number in range(KILLS):
        if number % 3 == 0:
            shutil.rmtree(out, ignore_errors=True)
        elif out.exists():
            # another state to come from: what is there was written for other values
            text = (ENVIRONMENTS / "starter.yaml").read_text()
            (environments / "site.yaml").write_text(
                text.replace("aspects\n", f"aspects-{number}\n", 1)
            )
            assert build(environments, out).wait() == 0
            (environments / "site.yaml").write_text(text)
        process = build(environments, out)
        time.sleep(number * STEP_SECONDS)
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        process = build(environments, out)
        _, error = process.communicate()
        assert process.returncode == 0, error
        assert files_of(out) == files_of(wanted)
    assert killed
