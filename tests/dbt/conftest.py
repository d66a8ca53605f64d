"""A warehouse on the embedded engine with every model built, and a small campus to fill it with."""

from __future__ import annotations

import pytest
from warehouse import load, make_campus, make_warehouse


@pytest.fixture(scope="session")
def warehouse(tmp_path_factory):
    """An engine with base tables and all models, built once; tests leave rows behind."""
    with make_warehouse(tmp_path_factory.mktemp("warehouse")) as built:
        built.build_log = built.dbt("build")
        yield built


@pytest.fixture(scope="session")
def campus():
    """A campus with every malformed kind: events in time order, rows of each sink by table."""
    return make_campus(events=350, learners=12)


@pytest.fixture(scope="session")
def loading():
    """The way a campus gets in."""
    return load


@pytest.fixture(scope="session")
def making():
    """The way a campus of another size is made."""
    return make_campus


@pytest.fixture(scope="module")
def expected(warehouse, campus, loading):
    """What is seen of a campus that came in once, in order, all at once."""
    warehouse.empty()
    loading(warehouse, campus)
    warehouse.refresh()
    return warehouse.read()
