"""A database as Tutor's Aspects leaves it: its tables, its version, and the objects of its dbt project.

Only names, columns, engines and keys are facts; what the triggers and views select is made up, since
it is all derived and has to go.
"""

from __future__ import annotations

import json
from pathlib import Path

from aspects_gen.verify.tutor_site import PUBLIC, base_statements, version_statements

__all__ = ["PUBLIC", "base_statements", "version_statements"]

HERE = Path(__file__).parent
RELATIONS = {
    relation["name"]: relation
    for relation in json.loads((HERE.parent / "dbt" / "relations.json").read_text("utf-8"))
}

YEAR = "TTL toDateTime(emission_time) + INTERVAL 1 YEAR"
MONTH = "toYYYYMM(emission_time)"

EVENTS = {
    "xapi_events_all_parsed": "org, course_id, verb_id, actor_id, emission_time, event_id",
    "enrollment_events": "org, course_key, emission_time, actor_id, enrollment_mode,"
    " enrollment_status, event_id",
    "grading_events": "org, course_key, verb_id, emission_time, actor_id, object_id,"
    " scaled_score, event_id",
    "navigation_events": "org, course_key, object_type, emission_time, actor_id,"
    " starting_position, event_id",
    "problem_events": "org, course_key, verb_id, emission_time, actor_id, object_id, responses,"
    " success, event_id",
    "video_playback_events": "org, course_key, verb_id, emission_time, actor_id,"
    " video_position, event_id",
    "dim_learner_last_course_visit": "org, course_key, actor_id",
}
"""Tables with a trigger, monthly partitions and a year's retention, and their order."""

LATEST = {
    "dim_most_recent_course_blocks": "location",
    "dim_most_recent_enrollment": "org, course_key, actor_id",
    "dim_learner_most_recent_course_grade": "org, course_key, actor_id",
    "dim_learner_most_recent_course_state": "org, course_key, actor_id",
    "dim_learner_last_response": "org, course_key, problem_id, actor_id",
    "dim_problem_coursewide_avg": "org, course_key, problem_id, actor_id",
    "dim_problem_responses": "course_key, block_id_short, response",
    "dim_problem_results": "course_key, block_id_short, actor_id",
    "dim_subsection_problem_results": "course_key, block_id_short, actor_id, problem_id",
    "dim_most_recent_object_tags": "id",
    "dim_most_recent_tags": "id",
    "dim_most_recent_taxonomies": "id",
    "fact_video_segments": "org, course_key, object_id, actor_id, watched_segment",
    "fact_video_engagement": "org, course_key, actor_id, block_id,"
    " section_subsection_video_engagement",
}
"""Tables with a trigger that replace equal keys, and their order."""

COUNTS = {
    "fact_instance_events": ("AggregatingMergeTree", "emission_day"),
    "fact_instance_actors": ("AggregatingMergeTree", "emission_day"),
    "fact_instance_courses": ("AggregatingMergeTree", "emission_hour"),
    "fact_instance_enrollments": (
        "SummingMergeTree",
        "emission_day, course_key, enrollment_mode, enrollment_status",
    ),
}

DICTIONARIES = {
    "dim_course_block_names": ("location", "COMPLEX_KEY_SPARSE_HASHED"),
    "dim_course_names": ("course_key", "COMPLEX_KEY_HASHED"),
    "dim_most_recent_course_tags": ("course_key, tag", "COMPLEX_KEY_HASHED"),
    "user_pii": ("user_id, external_user_id", "COMPLEX_KEY_SPARSE_HASHED"),
}

VIEWS = (
    "dim_course_blocks",
    "fact_enrollments",
    "dim_student_status",
    "fact_navigation_completion",
    "fact_pageview_engagement",
    "fact_problem_engagement",
    "dim_user_pii",
)

SOURCES = {
    "dim_most_recent_course_blocks": "event_sink.course_blocks",
    "dim_most_recent_object_tags": "event_sink.object_tag",
    "dim_most_recent_tags": "event_sink.tag",
    "dim_most_recent_taxonomies": "event_sink.taxonomy",
}
"""What a trigger listens to when it is not the raw table."""


def model_statements():
    """Return what makes the 36 relations as tables with triggers, dictionaries and views."""
    made = []
    for name, order in EVENTS.items():
        made += triggered(name, f"ReplacingMergeTree PARTITION BY {MONTH}", order, YEAR)
    for name, order in LATEST.items():
        made += triggered(name, "ReplacingMergeTree", order)
    for name, (engine, order) in COUNTS.items():
        month = f"toYYYYMM({order.partition(',')[0]})"
        made += triggered(name, f"{engine} PARTITION BY {month}", order)
    for name, (key, layout) in DICTIONARIES.items():
        columns = ", ".join(f"`{column}` {kind}" for column, kind in RELATIONS[name]["columns"])
        query = f"SELECT {defaults(name)}".replace("'", "\\'")
        made.append(
            f"CREATE DICTIONARY {home(name)} ({columns}) PRIMARY KEY {key}"
            f" SOURCE(CLICKHOUSE(query '{query}')) LAYOUT({layout}()) LIFETIME(120)"
        )
    return made + [f"CREATE VIEW {home(name)} AS SELECT {defaults(name)}" for name in VIEWS]


def triggered(name, engine, order, rest=""):
    """Return a table, filled by a trigger named after it."""
    columns = ", ".join(f"`{column}` {kind}" for column, kind in RELATIONS[name]["columns"])
    source = SOURCES.get(name, "xapi.xapi_events_all")
    return [
        f"CREATE TABLE {home(name)} ({columns}) ENGINE = {engine} ORDER BY ({order}) {rest}",
        f"CREATE MATERIALIZED VIEW {home(name)}_mv TO {home(name)}"
        f" AS SELECT {defaults(name)} FROM {source}",
    ]


def defaults(name):
    """Return a column list in which every value is that of nothing: wrong, as derived rows may be."""
    return ", ".join(
        f"{default(kind)} AS `{column}`" for column, kind in RELATIONS[name]["columns"]
    )


def default(kind):
    if kind.startswith("AggregateFunction("):
        argument = kind.rpartition(", ")[2].rstrip(")")
        return f"initializeAggregation('uniqCombinedState', defaultValueOfTypeName('{argument}'))"
    if kind.startswith("LowCardinality"):
        return "toLowCardinality('')"
    return f"CAST(defaultValueOfTypeName('{kind}') AS {kind})"


def home(name):
    return f"{RELATIONS[name]['database']}.{name}"
