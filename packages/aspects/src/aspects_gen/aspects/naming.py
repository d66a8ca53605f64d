"""Which database and table is which. Called by every module that speaks of ClickHouse."""

from __future__ import annotations

from typing import Any

BASE_SINK_TABLES = (
    "course_overviews",
    "course_blocks",
    "course_relationships",
    "course_enrollment",
    "user_profile",
    "external_id",
    "tag",
    "taxonomy",
    "object_tag",
    "aspects_data",
    "load_test_runs",
    "load_test_stats",
)
"""Tables of the event sink database that migrations own.

Source: public Alembic migrations of the Aspects Tutor plugin at revision 0041, read 2026-11.
"""

PERSONAL_TABLES = ("user_profile", "external_id", "course_enrollment")
"""Sink tables with names, user names or e-mail addresses."""

COPIED = {"off": (), "pseudonym": ("external_id",), "on": ("user_profile", "external_id")}
"""Personal records that the LMS copies, by the value `pii`; enrolments are copied always."""

PSEUDONYM_KEY = "pseudonym_key"
"""Table of the sink database with the one key that pseudonyms are made with."""

RETIRING = "retiring_learners"
"""Table of the sink database that says, while a retirement runs, what it looks for."""

PRIVATE_TABLES = (PSEUDONYM_KEY, RETIRING)
"""Tables of the sink database that no dashboard may ever read."""


def parsed_database(aspects: dict[str, Any]) -> str:
    """Return the database whose raw events the models read, and that holds the parsed ones."""
    key = "vector" if aspects["source"] == "vector" else "xapi"
    return str(aspects["databases"][key])


def migrations_database(aspects: dict[str, Any]) -> str:
    """Return the database of the table that records migrations."""
    databases = aspects["databases"]
    return str(databases["migrations"] or databases["xapi"])


def data_databases(aspects: dict[str, Any]) -> list[str]:
    """Return every database that is created, each once, in order of creation."""
    databases = aspects["databases"]
    names = [databases[key] for key in ("xapi", "vector", "eventSink", "reporting")]
    return list(dict.fromkeys([*names, migrations_database(aspects)]))


def raw_tables(aspects: dict[str, Any]) -> list[tuple[str, str]]:
    """Return (database, table) of every table that holds events as they came in."""
    databases, tables = aspects["databases"], aspects["tables"]
    return [
        (databases["xapi"], tables["rawXapi"]),
        (databases["vector"], tables["rawXapi"]),
        (databases["vector"], tables["trackingLogs"]),
        (databases["vector"], tables["deadLetters"]),
    ]


def client_role(user: str) -> str:
    """Return the name of the role that carries a client's rights; people may have it too."""
    return f"{user}_role"
