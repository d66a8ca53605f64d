"""The stack that a command is about, which must have been started."""

from __future__ import annotations

from pathlib import Path

from aspects_gen.errors import FIX, UsageError
from aspects_gen.stack.state import FOLDER, State


def find_state(environment: str, folder: Path | None) -> State:
    """Return an existing stack.

    Raises:
        UsageError: none was started there.
    """
    state = State(folder or FOLDER / environment)
    if not state.exists:
        raise UsageError(
            f"no stack was started in {folder or FOLDER / environment}"
            f"{FIX}start one with: aspects-gen up {environment}, or name its folder with --state"
        )
    state.read()
    return state
