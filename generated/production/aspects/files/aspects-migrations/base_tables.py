"""The base tables and functions as the public Aspects migrations leave them. Used by revisions and migrate.py.

LMS and Studio insert without naming columns: their order is part of the contract. This is what
revision 0041 was and stays; a later change is a revision of its own.
"""

from __future__ import annotations

import ddl

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


def statements() -> list[str]:
    """Return the schema statements in order; each leaves alone what is there."""
    found = []
    for name, pattern in FUNCTIONS.items():
        body = f"(course_url) -> nullIf(extract(course_url, '{pattern}'), '')"
        found.append(f"CREATE FUNCTION IF NOT EXISTS {name}{ddl.on_cluster()} AS {body}")
    return found + [ddl.create_table(target, **shape) for target, shape in shapes().items()]


def shapes() -> dict[tuple[str, str], dict]:
    """Return (database, table) to its shape, under the site's names."""
    found = {(ddl.database(h), ddl.table_name(t)): shape for (h, t), shape in RAW.items()}
    for tables in (COURSES, PEOPLE, TAGS, BOOKKEEPING):
        found |= {(ddl.database("event_sink"), table): shape for table, shape in tables.items()}
    return found


def columns() -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Return (database, table) to its columns and types in order, without defaults."""
    return {
        target: [(name, kind.partition(" DEFAULT ")[0]) for name, kind in shape["columns"]]
        for target, shape in shapes().items()
    }
