"""One site that lives through it all: personal data on, two learners retired, then pseudonyms, then off."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from .site import Site

HERE = Path(__file__).parent

LIFE = (
    "test_names",
    "test_retirement",
    "test_pseudonyms",
    "test_purge",
    "test_retention",
    "test_kill",
)
"""Modules in the order in which they find the site: each leaves to the next what it changed."""

TRACKING = """{{"username": "{user}", "name": "problem_check", "context": {{"user_id": {number}, "path": "/x"}}}}"""


def pytest_collection_modifyitems(items):
    """Run the modules of this folder in the order of the site's life."""
    places = [place for place, item in enumerate(items) if item.path.parent == HERE]
    ours = sorted((items[place] for place in places), key=lambda it: LIFE.index(it.path.stem))
    for place, item in zip(places, ours, strict=True):
        items[place] = item


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """A site with personal data on at first, its base tables and models made by their own clients.

    One for all modules, since models are dear to build.
    """
    made = Site(tmp_path_factory.mktemp("site"))
    try:
        made.switch("on")
        made.migrate()
        made.build_models()
        yield made
    finally:
        made.running.close()


@pytest.fixture(scope="session")
def campus():
    """A small campus: {"events", "rows", "people"}."""
    from aspects_gen.demo import campus, rows, timeline
    from aspects_gen.demo.tables import COLUMNS

    start = (date(2025, 1, 6) - date(1970, 1, 1)).days * 86_400_000_000
    made = campus.make_campus(7, start=start, days=70, courses=2, learners=12)
    tables = [name for name in COLUMNS if name in rows._WRITERS]
    return {
        "events": list(timeline.stream_events(made, 350, malformed=0.02)),
        "rows": {table: list(rows.stream_rows(made, table)) for table in tables},
        "people": made.people,
    }


@pytest.fixture(scope="session")
def leaving(campus):
    """Two learners that leave: one named by a random id, one by an address."""
    mailing = next(person for person in campus["people"] if person.uses_email)
    return [next(person for person in campus["people"] if not person.uses_email), mailing]


def tracking_of(person):
    return TRACKING.format(user=person.username, number=person.number)


@pytest.fixture(scope="session")
def filled(site, campus):
    """The site with a campus in it, tracking logs and dead letters besides."""
    for table, rows in campus["rows"].items():
        site.insert(f"event_sink.{table}", rows)
    site.insert("xapi.xapi_events_all", campus["events"])
    site.insert("openedx.xapi_events_all", campus["events"][:50])
    site.insert(
        "openedx._tracking",
        [("2025-02-01 00:00:00", tracking_of(person)) for person in campus["people"]],
    )
    site.insert(
        "openedx._dead_letters",
        [
            (
                f"00000000-0000-4000-8000-{number:012}",
                "2025-02-01 00:00:00",
                "tracking",
                "invalid_json",
                "pod",
                f"cut off: {tracking_of(person)[:-9]}",
            )
            for number, person in enumerate(campus["people"])
        ],
    )
    site.refresh()
    return site


@pytest.fixture(scope="session")
def before_retirement(filled, tmp_path_factory):
    """The data of the site before anybody has gone."""
    return filled.copy(tmp_path_factory.mktemp("before-retirement"))


@pytest.fixture(scope="session")
def leavers(leaving):
    """The list of those that leave, as the retirement reads it."""
    return f"username: {leaving[0].username}\nemail: {leaving[1].email}\n"


@pytest.fixture(scope="session")
def retired(filled, leavers, before_retirement):
    """The site after both have gone, and what was said."""
    status, said = filled.retire(leavers)
    assert status == 0, said
    return {"said": said, "list": leavers}


@pytest.fixture(scope="session")
def pseudonymous(filled, retired):
    """The site with pseudonyms: what was said on the way."""
    filled.switch("pseudonym")
    status, said = filled.job("aspects-pseudonyms")
    assert status == 0, said
    filled.build_models()
    status, said = filled.job("aspects-personal-data")
    assert status == 0, said
    return said


@pytest.fixture(scope="session")
def before_purge(filled, pseudonymous, campus, tmp_path_factory):
    """The data of the site when its models are those of personal data off, and what they forbid is still there."""
    filled.run(
        "CREATE TABLE event_sink.old_copy (username String, email String, id Int8) ENGINE = MergeTree ORDER BY id"
    )
    filled.insert(
        "event_sink.old_copy", [[campus["people"][7].username, campus["people"][7].email, 1]]
    )
    filled.switch("off")
    filled.build_models()
    return filled.copy(tmp_path_factory.mktemp("before-purge"))


@pytest.fixture(scope="session")
def off(filled, before_purge):
    """The site with personal data off: what was said on the way."""
    status, said = filled.job("aspects-personal-data")
    assert status == 0, said
    return said
