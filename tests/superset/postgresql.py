"""A PostgreSQL server in a folder of its own, reached by a socket there; skips where none is installed."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

ADMIN, ADMIN_PASSWORD = "postgres", "admin password"
PORT = 5432  # names the socket: the server listens on no address


def find_programs() -> Path | None:
    """Return the folder of PostgreSQL's programs; Debian keeps them off the path."""
    found = shutil.which("initdb")
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return Path(found).parent if found else debian[-1].parent if debian else None


def unprivileged():
    """Return whom the server runs as: it refuses to run as root."""
    if os.geteuid():
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            person = pwd.getpwnam(name)
            return {"user": person.pw_uid, "group": person.pw_gid}
    pytest.skip("no user to run PostgreSQL as")


@contextlib.contextmanager
def serve():
    """Yield the folder of the socket while a new server runs."""
    programs = find_programs()
    if programs is None:
        pytest.skip("no PostgreSQL: install Debian's postgresql")
    person = unprivileged()
    with tempfile.TemporaryDirectory(prefix="pg") as name:
        folder = Path(name)
        (folder / "password").write_text(ADMIN_PASSWORD)
        for path in (folder, folder / "password"):
            if person:
                os.chown(path, person["user"], person["group"])

        def run(program, *words):
            subprocess.run(
                [programs / program, *words], check=True, capture_output=True, cwd=name, **person
            )

        data = folder / "data"
        run("initdb", "-D", data, "-U", ADMIN, "-A", "scram-sha-256", "-N", "--pwfile=password")
        options = (
            f"-c listen_addresses= -c unix_socket_directories={name} -c port={PORT} -c fsync=off"
        )
        run("pg_ctl", "-D", data, "-w", "-o", options, "-l", folder / "log", "start")
        try:
            yield name
        finally:
            run("pg_ctl", "-D", data, "-m", "immediate", "stop")
