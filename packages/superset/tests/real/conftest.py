"""A real Superset, in an environment of its own: its pins fit nothing else."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

BUILD = Path(__file__).parents[2] / "src" / "aspects_superset" / "build"

SUPERSET = ("apache-superset==6.1.0", "apache-superset-core==0.1.0")
"""What the image's base brings; the lock holds all the rest."""


@pytest.fixture(scope="session")
def superset_python(pytestconfig) -> str:
    """Return the Python of an environment with the image's locked packages, made once for each lock.

    ASPECTS_SUPERSET_PYTHON names one that is there already.
    """
    given = os.environ.get("ASPECTS_SUPERSET_PYTHON")
    if given:
        return given
    lock = BUILD / "requirements.lock"
    key = hashlib.sha256(lock.read_bytes() + "".join(SUPERSET).encode()).hexdigest()[:12]
    cache = Path(pytestconfig.cache.mkdir("superset")) / key
    cache.parent.mkdir(parents=True, exist_ok=True)
    with (cache.parent / f"{key}.lock").open("w") as handle:
        # several test processes, one installation
        fcntl.flock(handle, fcntl.LOCK_EX)
        if not (cache / "complete").exists():
            _install(cache, lock)
    return str(cache / "bin" / "python")


def _install(folder: Path, lock: Path) -> None:
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    assert uv, "the test environment brings uv"
    shutil.rmtree(folder, ignore_errors=True)
    python = folder / "bin" / "python"
    for command in (
        [uv, "venv", "--python", sys.executable, str(folder)],
        [uv, "pip", "install", "--python", python, "--no-deps", "--require-hashes", "-r", lock],
        [uv, "pip", "install", "--python", python, "--no-deps", *SUPERSET],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    (folder / "complete").touch()
