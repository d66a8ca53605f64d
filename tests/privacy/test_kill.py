"""Purge and retirement killed at any statement, and the engine under them: run again, they end in the same state."""

from __future__ import annotations

import random
import re
import shutil
from typing import NamedTuple

import pytest

from proxy import MODES, proxied, striking

from .reading import mentions, stored
from .site import Site

pytestmark = pytest.mark.xdist_group("privacy")

SEED = 20261125

POINTS = [0, *(pytest.param(point, marks=pytest.mark.full) for point in range(1, 12))]

WAITING = "system.mutations"
"""In statements that are repeated until the server is done: how often, time makes."""

SUMS = ("fact_video_seconds_rows", "dim_problem_coursewide_avg_rows", "instance_activity_rows")
"""Added up over learners. Which of them a refresh computes again depends on when statements came, so that they
are computed whole before they are compared.
"""

NOTES = r"retiring_learners` DELETE|INSERT INTO .*retiring_learners"


class Victim:
    """A copy of a site's data, and the one Job that is run on it.

    Args:
        start: folder whose `data` is copied.
        folder: where the copy lives.
        pii: whose rights it is served with.
        listed: whom to retire; empty for the purge.
    """

    def __init__(self, start, folder, pii, listed, proxy):
        self.site, self.listed, self.proxy = Site(folder), listed, proxy
        shutil.copytree(start / "data", folder / "data", symlinks=True)
        self.site.switch(pii)

    def run(self, strike=None):
        """Run the Job; return its exit status, what it said and its statements that time does not make."""
        self.proxy.stand_before(self.site.port, strike)
        port = {"CLICKHOUSE_PORT": str(self.proxy.port)}
        if self.listed:
            status, said = self.site.retire(self.listed, **port)
        else:
            status, said = self.site.job("aspects-personal-data", **port)
        return status, said, [it for it in self.proxy.statements if WAITING not in it]

    def kill(self, mode, hits, rng=None):
        """Run the Job until it is killed; the engine is up again afterwards."""
        strike = striking(self.site.kill, mode, hits, rng or random.Random(SEED))
        status, said, _ = self.run(strike)
        assert (status, strike.struck.is_set()) == (-9, True), said
        if mode == "engine":
            self.site.serve()

    def state(self):
        """Return table to definition and rows, without what tells when a row was computed."""
        for database, name in self.site.relations(
            f"AND engine LIKE '%MergeTree' AND match(name, '^({'|'.join(SUMS)})')"
        ):
            self.site.run(f"TRUNCATE TABLE `{database}`.`{name}`")
        self.site.refresh()
        found = {}
        for database, name, engine, sql in self.site.rows(
            "SELECT database, name, engine, create_table_query FROM system.tables"
            " WHERE database IN ('xapi', 'openedx', 'event_sink', 'reporting')"
            " AND engine LIKE '%MergeTree' AND name NOT LIKE '%\\_lock'"
        ):
            columns = self.site.rows(
                f"SELECT name FROM system.columns WHERE database = '{database}' AND table = '{name}'"
                " AND name != 'seen' AND type NOT LIKE 'AggregateFunction%'"
            )
            shown = ", ".join(f"`{column}`" for (column,) in columns)
            final = "" if engine == "MergeTree" else " FINAL"
            text = self.site.run(f"SELECT {shown} FROM `{database}`.`{name}`{final}")
            found[f"{database}.{name}"] = [sql, *sorted(text.splitlines())]
        return found

    def close(self):
        self.site.running.close()
        shutil.rmtree(self.site.folder, ignore_errors=True)


def differences(found, expected):
    """Return table to lines that are there only, and lines that are missing, a few of each."""
    return {
        name: (
            [line[:300] for line in found.get(name, []) if line not in expected.get(name, [])][:3],
            [line[:300] for line in expected.get(name, []) if line not in found.get(name, [])][:3],
        )
        for name in found.keys() | expected.keys()
        if found.get(name) != expected.get(name)
    }


class Undisturbed(NamedTuple):
    """What a Job leaves when nobody kills it."""

    state: dict[str, list[str]]
    statements: int


@pytest.fixture(scope="module")
def proxy():
    with proxied() as standing:
        yield standing


STARTS = {"retire": ("before_retirement", "on"), "purge": ("before_purge", "off")}
"""Job to the fixture with the data that it finds, and the choice that they are served with."""


@pytest.fixture(scope="module")
def make(request, leavers, proxy, tmp_path_factory):
    """Return what makes a victim of a Job."""
    made = []

    def make(job, listed=leavers):
        start, pii = STARTS[job]
        data, folder = request.getfixturevalue(start), tmp_path_factory.mktemp("victim")
        made.append(Victim(data, folder, pii, listed if job == "retire" else "", proxy))
        return made[-1]

    yield make
    for victim in made:
        victim.close()


@pytest.fixture(scope="module")
def undisturbed(make):
    known = {}

    def run(job):
        if job not in known:
            victim = make(job)
            status, said, statements = victim.run()
            assert status == 0, said
            known[job] = Undisturbed(victim.state(), len(statements))
            victim.close()
        return known[job]

    return run


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("job", ["retire", "purge"])
def test_job_killed_at_a_random_statement_ends_in_the_same_state(make, undisturbed, job, point):
    expected = undisturbed(job)
    rng = random.Random(f"{SEED}/{job}/{point}")
    left, mode = [rng.randint(1, expected.statements)], MODES[(point + 2) % len(MODES)]

    def hits(_, statement):
        left[0] -= WAITING not in statement
        return left[0] == 0

    victim = make(job)
    victim.kill(mode, hits, rng)
    status, said, _ = victim.run()
    assert status == 0, said
    assert differences(victim.state(), expected.state) == {}
    victim.close()


def test_retirement_killed_while_it_takes_notes_forgets_nothing(make, leaving):
    """By then the records are gone that lead from the id on the list to the learner's names."""
    learner = leaving[0]
    victim = make("retire", f"user_id: {learner.number}\n")
    last = r"ALTER TABLE `event_sink`.`user_profile` DELETE"
    victim.kill("after", lambda _, it: re.search(last, it))
    victim.kill("after", lambda _, it: re.search(NOTES, it))
    status, said, _ = victim.run()
    assert status == 0, said
    needles = [learner.username, learner.email, learner.external_id]
    assert mentions(stored(victim.site), needles) == {}
    victim.close()
