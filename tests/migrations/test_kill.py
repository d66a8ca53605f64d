"""Jobs killed at any statement, and the engine under them: run again, they end in the same state."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import threading
import time

import pytest

from aspects_gen.engine import process
from aspects_gen.engine.users import owner

from . import campus, tutor_site
from .conftest import DATABASES, JOBS, Database
from .proxy import proxied

pytestmark = pytest.mark.xdist_group("migrations")

LEASE = {"LEASE_SECONDS": "4"}
"""So that what was killed gives way soon."""

MODES = ("before", "after", "during", "engine")
"""When the Job dies: before its statement is sent, after its answer, while it runs; or with the engine."""

VERSION = r"INSERT INTO .?xapi.?\..?alembic_version"
"""What follows a revision's last statement."""

SEED, POINTS = 20261125, 50


class Site:
    """A copy of a database as Tutor left it, on which Jobs run, are killed, and run again."""

    def __init__(self, start, folder):
        self.folder = folder
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
        """Return the Jobs in order, as (words, environment)."""
        access = {
            **{"ADMIN_USER": "default", "CLIENTS": ""},
            **{"SECRETS": str(self.secrets), "SQL": str(self.sql)},
        }
        found = [
            (JOBS / "clickhouse" / "access.py", access),
            (JOBS / "aspects" / "migrate.py", LEASE),
        ]
        if models:
            found.append((JOBS / "aspects" / "build_models.py", self.database.models()))
        return found

    def run(self, *, models, strike=None):
        """Run the Jobs; return (whether all ended well, statements)."""
        self.job, done = None, True
        with proxied(self.database.port, strike or forward_all) as proxy:
            for script, more in self.jobs(models=models):
                self.job = self.database.start(script, port=proxy.port, **more)
                text, _ = self.job.communicate(timeout=600)
                done = self.job.returncode == 0
                assert done or self.job.returncode == -signal.SIGKILL, text[-5000:]
                if not done:
                    break
            return done, proxy.statements

    def kill(self, mode):
        self.job.kill()
        if mode == "engine":
            os.kill(self.pid, signal.SIGKILL)

    def recover(self):
        """Start the engine again where it was killed."""
        if process.running(self.folder / "data") is None:
            self.boot()

    def state(self, *, models):
        """Return every definition and every row, but for what is told apart by its run."""
        if models:
            self.database.refresh()
        objects = {slotless(n): slotless(sql) for n, sql in self.database.objects().items()}
        queries = [f"SELECT * FROM {it}" for it in (*tutor_site.PUBLIC, "openedx._dead_letters")]
        queries += ["SELECT version_num FROM xapi.alembic_version"]
        if models:
            queries += map(campus.reading, tutor_site.RELATIONS)
        return objects, {it: sorted(self.database.run(it).splitlines()) for it in queries}

    def close(self):
        process.stop(self.folder / "data")
        shutil.rmtree(self.folder, ignore_errors=True)


def slotless(text):
    """A rebuild ends in the one or the other of two slots."""
    return re.sub(r"_(rows|feed)_[ab]\b", r"_\1", text)


def forward_all(proxy, number, statement, forward):
    return forward()


def striking(site, mode, hits, rng):
    """Return what kills a site's Job at the first statement that `hits` accepts."""
    struck = threading.Event()

    def strike(proxy, number, statement, forward):
        if struck.is_set() or not hits(number, statement):
            return forward()
        struck.set()
        if mode == "before":
            site.kill(mode)
            return None
        if mode == "after":
            forward()
        else:
            threading.Thread(target=quietly, args=(forward,), daemon=True).start()
            time.sleep(rng.random() * 0.05)
        site.kill(mode)
        return None

    strike.struck = struck
    return strike


def quietly(forward):
    try:
        forward()
    except Exception:
        return


@pytest.fixture(scope="module")
def start(tmp_path_factory, make_database):
    """A folder with Tutor's database, its engine stopped."""
    folder = tmp_path_factory.mktemp("start")
    database = make_database(folder)
    database.create_databases()
    for statement in [*tutor_site.base_statements(), *tutor_site.model_statements()]:
        database.run(statement)
    campus.load(database, campus.make(events=150, learners=8, courses=1))
    process.stop(folder / "data")
    return folder


@pytest.fixture
def site(start, tmp_path):
    made = Site(start, tmp_path / "site")
    yield made
    made.close()


@pytest.fixture(scope="module")
def migrated(start, tmp_path_factory):
    """The state that migrations leave when nobody kills them."""
    return undisturbed(start, tmp_path_factory, models=False)[0]


@pytest.fixture(scope="module")
def built(start, tmp_path_factory):
    """The state that all Jobs leave when nobody kills them, and how many statements they sent."""
    return undisturbed(start, tmp_path_factory, models=True)


def undisturbed(start, tmp_path_factory, *, models):
    made = Site(start, tmp_path_factory.mktemp("whole") / "site")
    done, statements = made.run(models=models)
    state = made.state(models=models)
    made.close()
    assert done
    return state, len(statements)


@pytest.mark.parametrize(
    ("mode", "pattern"),
    [
        ("during", r"INSERT INTO `xapi`.`_migrations_lock`"),
        ("engine", r"ADD INDEX IF NOT EXISTS event_id_seen"),
        ("before", VERSION),
        ("after", VERSION),
        ("after", r"MODIFY TTL"),
    ],
)
def test_migrations_killed_at_a_statement_end_in_the_same_state(site, migrated, mode, pattern):
    strike = striking(site, mode, lambda _, it: re.search(pattern, it), random.Random(SEED))
    done, _ = site.run(models=False, strike=strike)
    assert (done, strike.struck.is_set()) == (False, True)
    site.recover()
    assert site.run(models=False)[0]
    assert site.state(models=False) == migrated


@pytest.mark.full
@pytest.mark.parametrize("point", range(POINTS))
def test_jobs_killed_at_a_random_statement_end_in_the_same_state(site, built, point):
    rng = random.Random(SEED + point)
    number, mode = rng.randint(1, built[1]), MODES[point % len(MODES)]
    strike = striking(site, mode, lambda count, _: count == number, rng)
    done, _ = site.run(models=True, strike=strike)
    assert (done, strike.struck.is_set()) == (False, True), (number, mode)
    site.recover()
    assert site.run(models=True)[0]
    assert site.state(models=True) == built[0], (number, mode)
