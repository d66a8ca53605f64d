"""Outputs of environments, and small ones in which only what a test is about takes time."""

import os
from pathlib import Path

import pytest

from aspects_gen.environment import Place
from aspects_gen.generate import compose_place
from aspects_gen.services.registry import discover_services

SMALLEST = "profile: starter\nsite: {platformName: X, lmsHost: lms.example.org}\n"


@pytest.fixture(scope="session")
def compose_text(tmp_path_factory):
    """Return what composes a values file's text."""

    def make(text=SMALLEST):
        folder = tmp_path_factory.mktemp("environments")
        path = folder / "site.yaml"
        path.write_text(text)
        return compose_place(Place("site", path, folder / "out"), discover_services())

    return make


@pytest.fixture(scope="session")
def smallest(compose_text):
    return compose_text()


@pytest.fixture
def say():
    """Progress that nobody reads."""
    return lambda line: None


@pytest.fixture
def alive():
    """Return what tells whether a process is running."""

    def is_alive(pid):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"

    return is_alive
