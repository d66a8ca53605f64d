"""Base tables and functions, as the public Aspects migrations leave them at their revision 0041.

A site that comes from there is at this revision already, so nothing here runs on it.
LMS and Studio insert without naming columns: their order is part of the contract.
"""

from __future__ import annotations

import ddl

revision = "0041"
down_revision = None
branch_labels = None
depends_on = None

STATEMENT = (
    ("event_id", "UUID"),
    ("emission_time", "DateTime64(6)"),
    ("event", "String"),
)

DUMP = (("dump_id", "UUID"), ("time_last_dumped", "String"))
"""Columns that end every copy: which copy it was, and when."""


def strings(*names: str) -> tuple[tuple[str, str], ...]:
    """Return text columns."""
    return tuple((name, "String") for name in names)


RAW = {
    ("xapi", "raw_xapi"): {
        "columns": STATEMENT,
        "kind": "ReplacingMergeTree",
        "order_by": "(emission_time, event_id)",
        "partition_by": "toYYYYMM(emission_time)",
    },
    ("vector", "raw_xapi"): {
        "columns": STATEMENT,
        "kind": "ReplacingMergeTree",
        "order_by": "(emission_time, event_id)",
        "primary_key": "(emission_time)",
        # months, so that the retention can drop whole partitions; earlier sites have none
        "partition_by": "toYYYYMM(emission_time)",
    },
    ("vector", "tracking_logs"): {
        "columns": (("time", "DateTime"), ("message", "String")),
        "kind": "MergeTree",
        "order_by": "time",
        "partition_by": "toYYYYMM(time)",
    },
}

COURSES = {
    "course_overviews": {
        "columns": (
            *strings(
                "org",
                "course_key",
                "display_name",
                "course_start",
                "course_end",
                "enrollment_start",
                "enrollment_end",
            ),
            ("self_paced", "Bool"),
            *strings("course_data_json", "created", "modified"),
            *DUMP,
        ),
        "kind": "MergeTree",
        "order_by": "(org, course_key, modified, time_last_dumped)",
    },
    "course_blocks": {
        "columns": (
            *strings("org", "course_key", "location", "display_name", "xblock_data_json"),
            ("order", "Int32 DEFAULT 0"),
            ("edited_on", "String"),
            *DUMP,
        ),
        "kind": "MergeTree",
        "order_by": "(org, course_key, location, edited_on, order)",
        "primary_key": "(org, course_key, location, edited_on)",
    },
    "course_relationships": {
        "columns": (
            *strings("course_key", "parent_location", "child_location"),
            ("order", "Int32"),
            *DUMP,
        ),
        "kind": "MergeTree",
        "order_by": "(course_key, parent_location, child_location, time_last_dumped, order)",
        "primary_key": "(course_key, parent_location, child_location, time_last_dumped)",
    },
    "course_enrollment": {
        "columns": (
            ("id", "Int32"),
            *strings("course_key", "created"),
            ("is_active", "Bool"),
            ("mode", "LowCardinality(String)"),
            ("username", "String"),
            ("user_id", "Int32"),
            *DUMP,
        ),
        "kind": "MergeTree",
        "order_by": "(course_key, user_id, time_last_dumped)",
    },
}

PEOPLE = {
    "user_profile": {
        "columns": (
            ("id", "Int32"),
            ("user_id", "Int32"),
            ("name", "String"),
            ("username", "String DEFAULT ''"),
            ("email", "String DEFAULT ''"),
            *strings("meta", "courseware", "language", "location", "year_of_birth", "gender"),
            *strings("level_of_education", "mailing_address", "city", "country", "state"),
            *strings("goals", "bio", "profile_image_uploaded_at", "phone_number"),
            *DUMP,
        ),
        "kind": "ReplacingMergeTree",
        "order_by": "(id, time_last_dumped)",
        "partition_by": "user_id MOD 100",
    },
    "external_id": {
        "columns": (
            ("external_user_id", "UUID"),
            *strings("external_id_type", "username"),
            ("user_id", "Int32"),
            *DUMP,
        ),
        "kind": "ReplacingMergeTree",
        "order_by": "(external_user_id, time_last_dumped)",
        "partition_by": "user_id MOD 100",
    },
}

TAGS = {
    "tag": {
        "columns": (
            ("id", "Int32"),
            ("taxonomy", "Int32"),
            ("parent", "Int32"),
            *strings("value", "external_id", "lineage"),
            *DUMP,
        ),
        "kind": "ReplacingMergeTree",
        "order_by": "(id, time_last_dumped)",
    },
    "taxonomy": {
        "columns": (("id", "Int32"), ("name", "String"), *DUMP),
        "kind": "ReplacingMergeTree",
        "order_by": "(id, time_last_dumped)",
    },
    "object_tag": {
        "columns": (
            ("id", "Int32"),
            ("object_id", "String"),
            ("taxonomy", "Int32"),
            ("tag", "Int32"),
            *strings("_value", "_export_id", "lineage"),
            *DUMP,
        ),
        "kind": "ReplacingMergeTree",
        "order_by": "(id, time_last_dumped)",
    },
}

BOOKKEEPING = {
    "aspects_data": {
        "columns": strings("path", "content"),
        "kind": "ReplacingMergeTree",
        "order_by": "(path)",
    },
    "load_test_runs": {
        "columns": (
            ("run_id", "String"),
            ("timestamp", "DateTime DEFAULT now()"),
            *strings("event_type", "extra"),
        ),
        "kind": "MergeTree",
        "order_by": "(run_id, timestamp)",
    },
    "load_test_stats": {
        "columns": (
            ("run_id", "String"),
            ("timestamp", "DateTime DEFAULT now()"),
            ("stats", "String"),
        ),
        "kind": "MergeTree",
        "order_by": "(run_id, timestamp)",
    },
}

FUNCTIONS = {
    # the organisation of a course's address; nothing when it is not a course's address
    "get_org_from_course_url": r"course-v1:([a-zA-Z0-9\\w\\-~.:%]*)",
    "get_org_from_ccx_course_url": "ccx-v1:([a-zA-Z0-9]*)",
}


def upgrade() -> None:
    """Create what is missing; each statement may be repeated after a kill."""
    for statement in statements():
        ddl.run(statement)


def downgrade() -> None:
    """Refuse: going below the base tables would delete every event."""
    raise NotImplementedError("base tables hold the site's data and are not dropped")


def statements() -> list[str]:
    """Return the schema statements in order."""
    found = []
    for name, pattern in FUNCTIONS.items():
        body = f"(course_url) -> nullIf(extract(course_url, '{pattern}'), '')"
        found.append(f"CREATE FUNCTION IF NOT EXISTS {name}{ddl.on_cluster()} AS {body}")
    for (home, table), shape in RAW.items():
        found.append(ddl.create_table((ddl.database(home), ddl.table_name(table)), **shape))
    for tables in (COURSES, PEOPLE, TAGS, BOOKKEEPING):
        for table, shape in tables.items():
            found.append(ddl.create_table((ddl.database("event_sink"), table), **shape))
    return found
