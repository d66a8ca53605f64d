"""Base tables and functions, as the public Aspects migrations leave them at their revision 0041.

A site that comes from there is at this revision already, so nothing here runs on it.
"""

from __future__ import annotations

import ddl
from base_tables import statements

revision = "0041"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create what is missing."""
    ddl.run(__file__, statements())


def downgrade() -> None:
    """Refuse: going below the base tables would delete every event."""
    raise NotImplementedError("base tables hold the site's data and are not dropped")
