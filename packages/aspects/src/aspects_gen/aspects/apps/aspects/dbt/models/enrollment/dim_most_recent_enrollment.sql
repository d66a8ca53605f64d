{{ config(materialized='refreshed', order_by='(org, course_key, actor_id)') }}
select
    org,
    course_key,
    actor_id,
    latest.1 as enrollment_status,
    toLowCardinality(latest.2) as enrollment_mode,
    latest.3 as emission_time
from (
    select
        org,
        course_key,
        actor_id,
        argMax(tuple(enrollment_status, toString(enrollment_mode), emission_time), {{ moment() }}) as latest
    from {{ ref('enrollment_events') }}
    group by org, course_key, actor_id
)
