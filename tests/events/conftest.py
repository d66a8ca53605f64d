"""Real Ralph, each in an environment of its own packages, on the embedded engine."""

from __future__ import annotations

from pathlib import Path

import pytest

import aspects_ralph
from events.lms_site import LmsSite, wired_to
from events.store import Lrs
from locked import python_of

RALPH_LOCK = Path(aspects_ralph.__file__).parent / "build" / "requirements.lock"


def pytest_collection_modifyitems(items):
    """Keep servers in one process."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("events"))


@pytest.fixture(scope="session")
def ralph_python(pytestconfig):
    pytest.importorskip("chdb", reason="the embedded engine is not installed")
    return python_of(RALPH_LOCK, Path(pytestconfig.cache.mkdir("ralph")))


@pytest.fixture(scope="session")
def shared_lrs(ralph_python, tmp_path_factory):
    reader = {
        "username": "reader",
        "scopes": ["statements/read/mine"],
        "passwordSecret": {"name": "ralph-reader", "key": "password"},
    }
    lrs = Lrs(tmp_path_factory.mktemp("lrs"), ralph_python, {"users": [reader]})
    try:
        lrs.start()
        yield lrs
    finally:
        lrs.close()


@pytest.fixture
def lrs(shared_lrs):
    """Ralph with an empty table; tests may kill it, and leave it running."""
    shared_lrs.empty()
    return shared_lrs


@pytest.fixture(scope="session")
def statements():
    """Return a function that makes demo statements, the same for the same seed."""
    from aspects_gen.demo.campus import make_campus
    from aspects_gen.demo.moments import read_day
    from aspects_gen.demo.timeline import stream_events

    def make(count, seed=5):
        import json

        campus = make_campus(seed, start=read_day("2026-01-05"), days=20, courses=3, learners=30)
        return [json.loads(text) for _, _, text in stream_events(campus, count)]

    return make


@pytest.fixture(scope="session")
def lms_python(pytestconfig):
    lock = Path(__file__).parent / "lms" / "requirements.lock"
    return python_of(lock, Path(pytestconfig.cache.mkdir("lms")))


@pytest.fixture(scope="session")
def lms(shared_lrs, lms_python, tmp_path_factory):
    """An LMS wired to the shared LRS; tries again every second instead of every minute."""
    values = wired_to(shared_lrs, retries={"max": 240, "countdownSeconds": 1})
    site = LmsSite(tmp_path_factory.mktemp("lms"), lms_python, values, shared_lrs)
    yield site
    site.close()
