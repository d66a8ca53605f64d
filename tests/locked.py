"""Environments of locked packages, made once for each lock: services whose pins fit nothing else."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path


def python_of(lock: Path, cache: Path) -> Path:
    """Return the Python of an environment that holds a lock's packages.

    ASPECTS_<NAME>_PYTHON, where NAME is the cache folder's, names one that is there already.
    """
    given = os.environ.get(f"ASPECTS_{cache.name.upper()}_PYTHON")
    if given:
        return Path(given)
    folder = cache / hashlib.sha256(lock.read_bytes()).hexdigest()[:12]
    cache.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as handle:
        # several test processes, one installation
        fcntl.flock(handle, fcntl.LOCK_EX)
        if not (folder / "complete").exists():
            _install(folder, lock)
    return folder / "bin" / "python"


def _install(folder: Path, lock: Path) -> None:
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    assert uv, "the test environment brings uv"
    shutil.rmtree(folder, ignore_errors=True)
    python = folder / "bin" / "python"
    install = [uv, "pip", "install", "--python", python, "--no-deps", "--require-hashes"]
    for command in (
        [uv, "venv", "--python", sys.executable, str(folder)],
        [*install, "-r", str(lock)],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    (folder / "complete").touch()
