"""Refresh views with a timer by hand, each after those that it reads. Called by `verify`, `stack` and tests."""

from __future__ import annotations

import json

from aspects_gen.aspects.jobs.privacy.timers import in_order
from aspects_gen.verify.client import Client


def refresh_views(asking: Client) -> int:
    """Run every timed view now; return how many there are."""
    timed = {name: (home, text) for name, home, text in _views(asking, TIMED)}
    plain = {name: text for name, _, text in _views(asking, "engine = 'View'")}
    for name in in_order({name: text for name, (_, text) in timed.items()}, plain):
        for verb in ("REFRESH", "WAIT"):
            asking.ask(f"SYSTEM {verb} VIEW `{timed[name][0]}`.`{name}`")
    return len(timed)


TIMED = "(database, name) IN (SELECT database, view FROM system.view_refreshes)"


def _views(asking: Client, which: str) -> list[list[str]]:
    """Return (name, database, definition) of what meets a condition on system.tables."""
    asked = "SELECT name, database, create_table_query FROM system.tables"
    homes = "database NOT IN ('system', 'information_schema', 'INFORMATION_SCHEMA')"
    text = asking.ask(f"{asked} WHERE {homes} AND {which} FORMAT JSONCompactEachRow")
    return [json.loads(line) for line in text.splitlines()]
