"""What holds for every test of every package."""

from __future__ import annotations

import pytest
from hypothesis import settings

# how long an example takes says more about the machine than about the code
settings.register_profile("steady", deadline=None)
settings.load_profile("steady")


def pytest_collection_modifyitems(config, items):
    """Leave the long runs out unless they are asked for."""
    if "full" not in (config.option.markexpr or ""):
        for item in items:
            if item.get_closest_marker("full"):
                item.add_marker(pytest.mark.skip(reason="long: run with -m full"))
