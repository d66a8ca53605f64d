"""Python environments of the services whose pins fit nothing else, made once for each lock.

They are kept in the user's cache, so that a second stack, and a stack that was reset, start at once.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from aspects_gen.errors import FIX, MissingError
from aspects_gen.stack.process import failed

SUPERSET = ("apache-superset==6.1.0", "apache-superset-core==0.1.0")
"""What the base of Superset's image brings; the lock holds all the rest."""

NEEDED = {
    "chdb": "the embedded engine",
    "clickhouse_connect": "what the Jobs' scripts connect with",
    "alembic": "what runs the migrations",
    "dbt.adapters.clickhouse": "what builds the models",
    "vrl_python": "what runs Vector's programs",
}
"""Module to what it is for; the extra `stack` of this distribution pins them all."""


def require_packages() -> None:
    """Refuse to begin without every package.

    Raises:
        MissingError: some are not installed.
    """
    missing = [f"{name} ({why})" for name, why in NEEDED.items() if not _is_there(name)]
    missing += [] if _uv() else ["uv (what makes the environments of Ralph and Superset)"]
    if missing:
        raise MissingError(
            f"up runs what is deployed, for which these are not installed: {', '.join(missing)}"
            f"{FIX}pip install 'aspects-gen[stack]', or in a checkout: hatch run up"
        )


def python_of(name: str, lock: Path, more: Iterable[str], log: Path) -> Path:
    """Return the Python of an environment with a lock's packages, installed when it is missing.

    ASPECTS_<NAME>_PYTHON names one that is there already.

    Args:
        name: ralph or superset.
        lock: requirements with hashes.
        more: requirements beside the lock.
        log: gets what the installation says.

    Raises:
        StackError: the installation failed.
    """
    given = os.environ.get(f"ASPECTS_{name.upper()}_PYTHON")
    if given:
        return Path(given)
    parts = [lock.read_text("utf-8"), *more, sys.version.split()[0]]
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]
    folder = cache_folder() / f"{name}-{digest}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as handle:
        # several stacks, one installation; the kernel frees the lock even after kill -9
        fcntl.flock(handle, fcntl.LOCK_EX)
        if not (folder / "complete").exists():
            _install(folder, lock, list(more), log)
    return folder / "bin" / "python"


def cache_folder() -> Path:
    """Return where environments are kept: XDG_CACHE_HOME, else ~/.cache."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "aspects-gen"


def _install(folder: Path, lock: Path, more: list[str], log: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    python = str(folder / "bin" / "python")
    install = [_uv(), "pip", "install", "--python", python, "--no-deps"]
    commands = [
        [_uv(), "venv", "--python", sys.executable, str(folder)],
        [*install, "--require-hashes", "-r", str(lock)],
        [*install, *more] if more else [],
    ]
    for command in filter(None, commands):
        with log.open("ab") as output:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False
            )
        if done.returncode:
            what = f"the packages of {folder.name.rpartition('-')[0]} could not be installed"
            raise failed(
                what, log, "see whether the package index is reachable, then run it again"
            )
    (folder / "complete").touch()


def _uv() -> str:
    return shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv") or ""


def _is_there(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:  # of a package that the name is inside of
        return False
