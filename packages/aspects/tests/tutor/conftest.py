from pathlib import Path

import pytest

from aspects_gen.services.registry import discover_services
from aspects_gen.tutor.transfer import Choices, transfer_config
from aspects_gen.values.document import load_document
from aspects_gen.values.schema import bundle_schema

DATA = Path(__file__).parent / "data"


@pytest.fixture(scope="session")
def data():
    """Return the folder of sample configurations."""
    return DATA


@pytest.fixture(scope="session")
def services():
    return discover_services()


@pytest.fixture(scope="session")
def schema(services):
    return bundle_schema({name: service.schema() for name, service in services.items()})


@pytest.fixture
def transfer(tmp_path, services):
    """Import a configuration, given as text or as the name of a sample."""

    def run(config: str, **choices):
        path = DATA / f"{config}.yml"
        if "\n" in config or ":" in config:
            path = tmp_path / "config.yml"
            path.write_text(config, encoding="utf-8")
        return transfer_config(path, Choices("site", **choices), services)

    return run


@pytest.fixture
def values(transfer, tmp_path):
    """Import a configuration and return the written values as data."""

    def run(config: str, **choices):
        path = tmp_path / "site.yaml"
        path.write_text(transfer(config, **choices).text, encoding="utf-8")
        return load_document(path, "site.yaml").data

    return run
