"""The shipped dashboards: sources, the models' relations, the bundle."""

import copy
import json
from pathlib import Path

import pytest

from aspects_gen.aspects.jobs.init.superset.dashboards import (
    expand,
    name_databases,
    read_relations,
    read_sources,
)
from aspects_gen.aspects.trees import PACKAGE

ASSETS = PACKAGE / "apps" / "superset" / "assets"


@pytest.fixture(scope="session")
def shipped():
    """The sources as they are; not to be changed."""
    found, problems = read_sources(ASSETS)
    assert problems == []
    return found


@pytest.fixture
def sources(shipped):
    """A copy to spoil."""
    return copy.deepcopy(shipped)


@pytest.fixture(scope="session")
def relations():
    """What the models make."""
    return read_relations(PACKAGE / "apps" / "aspects" / "dbt")


@pytest.fixture(scope="session")
def bundle(shipped):
    """What is imported at a site that keeps all names."""
    return expand(shipped, name_databases({}))


@pytest.fixture(scope="session")
def contract():
    """What other software knows dashboards by."""
    text = (Path(__file__).parent / "contract.json").read_text(encoding="utf-8")
    return json.loads(text)
