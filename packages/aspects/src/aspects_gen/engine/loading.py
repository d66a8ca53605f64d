"""Putting an INSERT's data into the engine, by a file.

Of the ways that chDB 4.4.0 has, this one alone is sound (measured): its streaming insert reports
success when a materialized view fails and ignores constraints, and data behind a statement end at
an empty line, after which they run as SQL.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from typing import Any

from aspects_gen.engine.statement import Statement


def load(
    connection: Any, statement: Statement, parameters: Mapping[str, str] | None = None
) -> Any:
    """Run an INSERT with its data and return the engine's result.

    Raises:
        RuntimeError: the engine refuses the statement, a row, or what a view makes of it.
    """
    with tempfile.NamedTemporaryFile(prefix="aspects-engine-") as file:
        file.write(statement.data or b"")
        file.flush()
        sql = statement.from_file(file.name)
        return connection.query(sql, "Null", params=dict(parameters or {}))
