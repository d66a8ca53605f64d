"""SQL of datasets: placeholders in single braces filled, values and links made into expressions.

`{reporting}` is a database, `{in_order:e.name}` a fragment with its argument, `{video_watches}`
the SQL of another dataset.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

PLACEHOLDER = re.compile(r"(?<!\{)\{([a-z_]+)(?::([^{}]+))?\}(?!\})")
DATABASES = ("xapi", "event_sink", "reporting")
"""Names by which SQL and `table` mean a ClickHouse database of this site."""


def name_databases(given: Mapping[str, str]) -> dict[str, str]:
    """Return placeholder to the database's name at a site; those not given are called as here."""
    return {name: given.get(name) or name for name in DATABASES}


def placeholders(sql: str) -> list[str]:
    """Return the names that stand in braces."""
    return [name for name, _ in PLACEHOLDER.findall(sql)]


def fill(sql: str, known: Mapping[str, str]) -> str:
    """Return the SQL with every known placeholder filled, also in what it brings along."""

    def put(match: re.Match[str]) -> str:
        name, argument = match.groups()
        if name not in known:
            return match.group()
        return fill(known[name].replace("$", argument or "$").strip(), known)

    return PLACEHOLDER.sub(put, sql)


def literal(text: Any) -> str:
    """Return a value as SQL."""
    if isinstance(text, bool) or not isinstance(text, str):
        return str(text).lower()
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def worded(column: str, words: Mapping[str, str]) -> str:
    """Return the expression that shows each stored value in words; others as they are."""
    stored = ", ".join(literal(str(value)) for value in words)
    shown = ", ".join(literal(word) for word in words.values())
    return f"transform(toString({column}), [{stored}], [{shown}], toString({column}))"


def link(slug: str, text: str, presets: Mapping[str, str]) -> str:
    """Return the expression of a link to a dashboard with filters preset from the row.

    Args:
        slug: the dashboard's.
        text: column whose value is the link's text.
        presets: filter id to the column that presets it.
    """
    parts = [f"'<a href=\"/superset/dashboard/{slug}/?native_filters='"]
    for index, (filter_id, column) in enumerate(presets.items()):
        # rison escapes with an exclamation mark; the address escapes what is left
        value = f"replaceRegexpAll({column}, '([!\\'])', '!\\\\1')"
        start = "," if index else "("
        before = (
            f"{start}{filter_id}:(id:{filter_id},"
            f"extraFormData:(filters:!((col:{column},op:IN,val:!('"
        )
        between = "')))),filterState:(value:!('"
        after = "')),ownState:())"
        for fixed in (before, between):
            parts += [literal(quote(fixed, safe="")), f"encodeURLComponent({value})"]
        parts.append(literal(quote(after, safe="")))
    parts += [
        literal(quote(")", safe="") + '" target="_blank">'),
        f"encodeXMLComponent({text})",
        "'</a>'",
    ]
    return f"concat({', '.join(parts)})"
