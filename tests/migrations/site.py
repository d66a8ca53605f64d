"""A database on which Jobs run, are killed, and run again; and the state that they leave."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal

from aspects_gen.engine import process
from aspects_gen.engine.users import owner

from . import campus, tutor_site
from .conftest import DATABASES, JOBS, Database

LEASE = {"LEASE_SECONDS": "20"}
"""Long enough for a busy machine; what was killed gives way at once, see `recover`."""

LOCKS = ("xapi._migrations_lock", "reporting._models_lock")


class Site:
    """A copy of a stopped database, with the Jobs of a site.

    Args:
        start: folder whose `data` is copied.
        folder: where the copy lives.
        proxy: stands between the Jobs and the engine; one for many sites, so that dbt, which keeps
            what it parsed for an address, parses once.
    """

    def __init__(self, start, folder, proxy):
        self.folder, self.proxy, self.job = folder, proxy, None
        shutil.copytree(start / "data", folder / "data", symlinks=True)
        self.users, self.sql, self.secrets = (
            folder / it for it in ("users.json", "sql", "secrets")
        )
        self.users.write_text(json.dumps({"users": [owner("default", "b")]}))
        self.sql.mkdir()
        self.secrets.mkdir()
        lines = [f"CREATE DATABASE IF NOT EXISTS `{name}`;\n" for name in DATABASES]
        (self.sql / "01-databases.sql").write_text("".join(lines))
        (self.secrets / "admin").write_text("b")
        self.boot()

    def boot(self):
        running = process.start(self.folder / "data", users=self.users, tied=True)
        self.pid = running.pid
        self.database = Database(running.port, self.folder, "default", "b")

    def jobs(self, *, models):
        """Return the Jobs in order, as (script, environment)."""
        access = {
            **{"ADMIN_USER": "default", "CLIENTS": ""},
            **{"SECRETS": str(self.secrets), "SQL": str(self.sql)},
        }
        found = [
            (JOBS / "clickhouse" / "access.py", access),
            (JOBS / "aspects" / "migrate.py", LEASE),
        ]
        if models:
            # the session's folder: what one run parsed, the next need not
            parsed = {"DBT_TARGET_PATH": str(self.folder.parents[1] / "target")}
            found.append(
                (JOBS / "aspects" / "build_models.py", self.database.models() | LEASE | parsed)
            )
        return found

    def run(self, *, models, strike=None, begin=0):
        """Run the Jobs from number `begin` on; return (whether all ended well, statements)."""
        self.proxy.stand_before(self.database.port, strike)
        for script, more in self.jobs(models=models)[begin:]:
            self.job = self.database.start(script, port=self.proxy.port, **more)
            text, _ = self.job.communicate(timeout=900)
            if self.job.returncode == -signal.SIGKILL:
                return False, self.proxy.statements
            assert self.job.returncode == 0, text[-5000:]
        return True, self.proxy.statements

    def kill(self, mode):
        """End the Job, and the engine where the mode says so, as the kernel would."""
        self.job.kill()
        if mode == "engine":
            os.kill(self.pid, signal.SIGKILL)

    def recover(self):
        """Start the engine again where it was killed; let the claims of the killed end."""
        if process.running(self.folder / "data") is None:
            self.boot()
        for table in LOCKS:
            if self.database.run(f"EXISTS TABLE {table}") == "1\n":
                self.database.run(f"TRUNCATE TABLE {table}")

    def state(self, *, models):
        """Return name to lines: every definition, and every row that a reader sees."""
        if models:
            self.database.refresh()
        found = {
            anonymous(name): [anonymous(sql)] for name, sql in self.database.objects().items()
        }
        queries = {
            f"rows of {it}": f"SELECT * FROM {it}"
            for it in (*tutor_site.PUBLIC, "openedx._dead_letters")
        }
        queries["revision"] = "SELECT version_num FROM xapi.alembic_version"
        if models:
            queries |= {f"rows of {it}": campus.reading(it) for it in tutor_site.RELATIONS}
        return found | {
            name: sorted(self.database.run(sql).splitlines()) for name, sql in queries.items()
        }

    def close(self):
        process.stop(self.folder / "data")
        shutil.rmtree(self.folder, ignore_errors=True)


def anonymous(text):
    """Return a name or definition without what tells two builds apart that hold the same.

    A rebuild ends in the one or the other of two slots, and the mark of rows that follow others
    names the tables of those, by ids that no two builds share.
    """
    return re.sub(r" COMMENT '[0-9a-f]{32}'", "", re.sub(r"_(rows|feed)_[ab]\b", r"_\1", text))


def differences(found, expected):
    """Return lines that say where two states differ: the name, what is there only, what is missing."""
    told = []
    for name in sorted(found.keys() | expected.keys()):
        here, there = found.get(name, []), expected.get(name, [])
        if here != there:
            more, less = (
                [it for it in a if it not in b] for a, b in [(here, there), (there, here)]
            )
            told.append(f"{name}: {len(here)} lines, expected {len(there)}")
            told += [f"  + {line[:400]}" for line in more[:3]] or ["  + nothing new"]
            told += [f"  - {line[:400]}" for line in less[:3]]
    return told
