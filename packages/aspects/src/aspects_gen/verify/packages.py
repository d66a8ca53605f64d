"""What verifying needs installed besides the generator, and how to get it."""

from __future__ import annotations

from importlib.util import find_spec

from aspects_gen.errors import FIX, MissingError

NEEDED = {
    "chdb": "the embedded engine",
    "clickhouse_connect": "what the Jobs' scripts connect with",
    "alembic": "what runs the migrations",
    "dbt.adapters.clickhouse": "what builds the models",
}
"""Module to what it is for; the extra `verify` of this distribution pins them all."""


def require_packages() -> None:
    """Refuse to begin without every package.

    Raises:
        MissingError: some are not installed.
    """
    missing = [f"{name} ({why})" for name, why in NEEDED.items() if not _is_there(name)]
    if missing:
        raise MissingError(
            f"verify runs what is deployed, for which these are not installed: {', '.join(missing)}"
            f"{FIX}pip install 'aspects-gen[verify]', or in a checkout: hatch run verify ENV"
        )


def _is_there(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:  # of a package that the name is inside of
        return False
