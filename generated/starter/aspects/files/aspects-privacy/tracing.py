"""From what is given of learners to all ids they go by. Used by the retirement script."""

from __future__ import annotations

import os
import sys

import server
from learners import Known, masked

NAMES = {
    "username": "username",
    "email": "lower(email)",
    "external_id": "toString(external_user_id)",
}
"""What is known of a learner, and how a copied record holds it."""

SOURCES = {
    "username": ("user_profile", "external_id", "course_enrollment"),
    "email": ("user_profile",),
    "external_id": ("external_id",),
}
"""The copied records that hold it."""


def trace(client, given: Known) -> Known:
    """Return everything that copied records know of the learners on the list.

    From names to user ids and from those to all names, never further: an address that a learner
    has given up may be another's now, and leads nowhere else.
    """
    owners = {owner for kind in NAMES for owner in find_owners(client, given, kind)}
    known = given.also(user_id=owners)
    for kind in NAMES:
        known = known.also(**{kind: find_names(client, kind, known.user_id)})
    return without_others(client, known)


def find_owners(client, given: Known, kind: str) -> set[str]:
    """Return the user ids that given names belong to; exit when one could mean several people."""
    found: dict[str, set[str]] = {}
    for source in SOURCES[kind]:
        rows = client.query(
            f"SELECT DISTINCT {NAMES[kind]}, toString(user_id) FROM {record(source)} "
            f"WHERE {NAMES[kind]} IN {{wanted:Array(String)}}",
            parameters={"wanted": sorted(getattr(given, kind))},
        ).result_rows
        for value, owner in rows:
            found.setdefault(value, set()).add(owner)
    shared = [value for value, owners in found.items() if len(owners) > 1]
    unclear = [value for value in shared if not found[value] & given.user_id]
    if unclear:
        lines = [f"  {kind}: {masked(value)}" for value in sorted(unclear)]
        sys.exit(
            "these belong to more than one user id; add the user_id that is meant; "
            "nothing was removed\n" + "\n".join(lines)
        )
    return {owner for value, owners in found.items() if value not in shared for owner in owners}


def without_others(client, known: Known) -> Known:
    """Return the same without user names and addresses that others go by as well."""
    kept = {}
    for kind in ("username", "email"):
        wanted = getattr(known, kind)
        others = set()
        for source in SOURCES[kind]:
            rows = client.query(
                f"SELECT DISTINCT {NAMES[kind]} FROM {record(source)} "
                f"WHERE {NAMES[kind]} IN {{wanted:Array(String)}} "
                "AND toString(user_id) NOT IN {owners:Array(String)}",
                parameters={
                    "wanted": sorted(wanted | {one.lower() for one in wanted if kind == "email"}),
                    "owners": sorted(known.user_id),
                },
            ).result_rows
            others |= {value for (value,) in rows}
        if others:
            server.say(f"{len(others)} of kind {kind} are others' too and not searched for")
        kept[kind] = frozenset(one for one in wanted if not {one, one.lower()} & others)
    return known._replace(**kept)


def find_names(client, kind: str, user_ids: frozenset[str]) -> set[str]:
    """Return what records of some user ids say, without what is empty."""
    found = set()
    for source in SOURCES[kind]:
        # an address as it was written too, since hashes of it depend on that
        written = "arrayJoin([email, lower(email)])" if kind == "email" else NAMES[kind]
        rows = client.query(
            f"SELECT DISTINCT {written} FROM {record(source)} "
            "WHERE toString(user_id) IN {wanted:Array(String)}",
            parameters={"wanted": sorted(user_ids)},
        ).result_rows
        found |= {value for (value,) in rows if value}
    return found


def record(name: str) -> str:
    """Return a table of copied records in backticks."""
    return f"`{os.environ['EVENT_SINK_DATABASE']}`.`{name}`"
