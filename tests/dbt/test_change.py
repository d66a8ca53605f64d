"""Builds over what is there already: an earlier set of models, another retention."""

import pytest

pytestmark = [pytest.mark.xdist_group("warehouse"), pytest.mark.full]

EARLIER = (
    "DROP VIEW xapi.enrollment_events",
    "CREATE TABLE xapi.enrollment_events (event_id UUID) ENGINE = ReplacingMergeTree ORDER BY event_id",
    "CREATE MATERIALIZED VIEW xapi.enrollment_events_mv TO xapi.enrollment_events"
    " AS SELECT event_id FROM xapi.xapi_events_all WHERE throwIf(event LIKE '%evaluated%') = 0",
    "DROP VIEW event_sink.dim_course_names",
    "CREATE DICTIONARY event_sink.dim_course_names (course_key String, org String)"
    " PRIMARY KEY course_key SOURCE(CLICKHOUSE(db 'event_sink' table 'course_overviews'))"
    " LAYOUT(COMPLEX_KEY_HASHED()) LIFETIME(0)",
    "DROP VIEW reporting.fact_instance_enrollments_mv",
    "DROP TABLE reporting.fact_instance_enrollments",
    "CREATE TABLE reporting.fact_instance_enrollments (org String)"
    " ENGINE = ReplacingMergeTree ORDER BY org",
    "DROP VIEW reporting.dim_most_recent_enrollment",
    "CREATE TABLE reporting.dim_most_recent_enrollment (org String)"
    " ENGINE = MergeTree ORDER BY org",
    "CREATE MATERIALIZED VIEW reporting.dim_most_recent_enrollment_mv REFRESH EVERY 1 YEAR"
    " TO reporting.dim_most_recent_enrollment EMPTY AS SELECT 'a' AS org",
)
"""Relations as other models would have left them: a trigger that fails inserts among them."""


@pytest.fixture
def filled(warehouse, campus, loading):
    warehouse.empty()
    loading(warehouse, campus)
    warehouse.refresh()
    return warehouse.read()


def test_earlier_models_give_way_and_no_row_is_lost(warehouse, filled):
    for statement in EARLIER:
        warehouse.run(statement)
    warehouse.dbt("run")
    warehouse.refresh()
    assert warehouse.read() == filled
    assert warehouse.rows("EXISTS xapi.enrollment_events_mv") == [[0]]
    assert warehouse.rows("EXISTS reporting.dim_most_recent_enrollment_mv") == [[0]]


def test_retention_hides_and_drops_old_rows_and_can_be_lifted(warehouse, filled):
    year = "toDateTime(emission_time) + INTERVAL 1 YEAR"
    # the rule changes in place: what no merge has dropped is there again when it is lifted
    warehouse.run("SYSTEM STOP TTL MERGES")
    warehouse.dbt("run", ASPECTS_DATA_TTL_EXPRESSION=year)
    warehouse.refresh()
    left = warehouse.read()
    stored = warehouse.rows(
        "SELECT name FROM system.tables WHERE match(name, '_rows_[ab]$')"
        " AND create_table_query NOT LIKE '% TTL %'"
    )
    counts = {name: len(left[name]) for name in ("xapi_events_all_parsed", "fact_instance_events")}
    warehouse.dbt("run")
    warehouse.refresh()
    assert (counts, stored) == ({"xapi_events_all_parsed": 1, "fact_instance_events": 1}, [])
    assert warehouse.read() == filled
