"""What holds for every test of every package."""

from __future__ import annotations

from hypothesis import settings

# how long an example takes says more about the machine than about the code
settings.register_profile("steady", deadline=None)
settings.load_profile("steady")
