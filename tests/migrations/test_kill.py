"""Jobs killed at any statement, and the engine under them: run again, they end in the same state."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import NamedTuple

import pytest

from aspects_gen.engine import process
from proxy import MODES, proxied, striking

from . import campus, tutor_site
from .site import Site, differences

pytestmark = pytest.mark.xdist_group("migrations")

VERSION = r"INSERT INTO .?xapi.?\..?alembic_version"
"""What follows a revision's last statement."""

SEED = 20261125

CHAINS, KILLS = 10, 5
"""Sites, and how often the Jobs of each are killed before they may end: fifty points in all."""

MIGRATIONS, MODELS = 1, 2
"""Numbers of these among the Jobs."""


@pytest.fixture(scope="module")
def proxy():
    with proxied() as standing:
        yield standing


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
def site(start, tmp_path, proxy):
    made = Site(start, tmp_path / "site", proxy)
    yield made
    made.close()


class Undisturbed(NamedTuple):
    """What Jobs leave when nobody kills them: a stopped folder, its state, how many statements."""

    folder: Path
    state: dict[str, list[str]]
    statements: int


def undisturbed(start, folder, proxy, **which):
    made = Site(start, folder / "site", proxy)
    done, statements = made.run(**which)
    assert done
    state = made.state(models=which["models"])
    process.stop(made.folder / "data")
    return Undisturbed(made.folder, state, len(statements))


@pytest.fixture(scope="module")
def migrated(start, tmp_path_factory, proxy):
    return undisturbed(start, tmp_path_factory.mktemp("migrated"), proxy, models=False)


@pytest.fixture(scope="module")
def built(migrated, tmp_path_factory, proxy):
    """What the models' Job leaves after the migrations."""
    folder = tmp_path_factory.mktemp("built")
    return undisturbed(migrated.folder, folder, proxy, models=True, begin=MODELS)


@pytest.mark.parametrize(
    ("mode", "pattern"),
    [
        ("during", r"INSERT INTO `xapi`.`_migrations_lock`"),
        ("engine", r"ADD INDEX IF NOT EXISTS event_id_seen"),
        ("after", VERSION),
        pytest.param("before", VERSION, marks=pytest.mark.full),
        pytest.param("after", r"MODIFY TTL", marks=pytest.mark.full),
    ],
)
def test_migrations_killed_at_a_statement_end_in_the_same_state(site, migrated, mode, pattern):
    strike = striking(site.kill, mode, lambda _, it: re.search(pattern, it), random.Random(SEED))
    done, _ = site.run(models=False, strike=strike, begin=MIGRATIONS)
    assert (done, strike.struck.is_set()) == (False, True)
    site.recover()
    assert site.run(models=False, begin=MIGRATIONS)[0]
    assert differences(site.state(models=False), migrated.state) == []


@pytest.mark.full
def test_two_undisturbed_runs_end_in_the_same_state(start, tmp_path, proxy, built):
    again = undisturbed(start, tmp_path, proxy, models=True)
    assert differences(again.state, built.state) == []


@pytest.mark.full
@pytest.mark.parametrize("chain", range(CHAINS))
def test_jobs_killed_again_and_again_end_in_the_same_state(
    start, migrated, built, tmp_path, proxy, chain
):
    """Each run but the last dies at a statement chosen at random, and the next one takes over what it left."""
    rng = random.Random(SEED + chain)
    # what migrations left is the start of most, since models are most of what is done
    begin, first = (0, start) if chain % 3 == 0 else (MODELS, migrated.folder)
    most = built.statements + (0 if begin else migrated.statements)
    struck: list[str] = []
    site = Site(first, tmp_path / "site", proxy)
    try:
        while len(struck) < KILLS:
            number, mode = rng.randint(1, most), MODES[len(struck) % len(MODES)]
            strike = striking(
                site.kill, mode, lambda count, _, number=number: count == number, rng
            )
            done, statements = site.run(models=True, strike=strike, begin=begin)
            assert done != strike.struck.is_set(), struck
            if done:  # earlier runs had left less than that to do: another site takes the rest
                assert differences(site.state(models=True), built.state) == [], struck
                site.close()
                site = Site(first, tmp_path / "site", proxy)
                continue
            struck.append(f"{mode} statement {number}: {statements[number - 1][:200]}")
            print(struck[-1])
            site.recover()
        assert site.run(models=True, begin=begin)[0], struck
        assert differences(site.state(models=True), built.state) == [], struck
    finally:
        site.close()
