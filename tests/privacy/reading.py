"""What a site's tables and relations say, in a form that tests compare."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from comparing import read_back

RELATIONS = json.loads(
    (Path(__file__).parent.parent / "dbt" / "relations.json").read_text(encoding="utf-8")
)


def read(site, relation):
    """Return a relation's rows, counted."""
    wanted = ", ".join(f"`{name}`" for name, _ in relation["columns"])
    kinds = [kind for _, kind in relation["columns"]]
    rows = site.rows(f"SELECT {wanted} FROM {relation['database']}.{relation['name']}")
    return Counter(tuple(map(read_back, row, kinds)) for row in rows)


def readable(site):
    """Return relation to the text that the reporting user gets of it, where it gets any."""
    found = {}
    for database, name in site.relations():
        status, text = site.ask("reporting", f"SELECT * FROM `{database}`.`{name}` FORMAT TSV")
        if status == 200:
            found[f"{database}.{name}"] = text
        else:
            assert "ACCESS_DENIED" in text, f"{database}.{name}: {text}"
    return found


def mentions(texts, needles):
    """Return where any of the needles stands, with the first of them."""
    return {
        name: next(needle for needle in needles if needle in text)
        for name, text in texts.items()
        if any(needle in text for needle in needles)
    }


def names_of(campus):
    return [
        value
        for person in campus["people"]
        for value in (person.username, person.name, person.email, person.external_id)[:3]
    ]


def stored(site):
    """Return table to the text of all its rows."""
    return {
        f"{database}.{name}": site.run(f"SELECT * FROM `{database}`.`{name}` FORMAT TSV")
        for database, name in site.relations("AND engine NOT IN ('MaterializedView')")
    }
