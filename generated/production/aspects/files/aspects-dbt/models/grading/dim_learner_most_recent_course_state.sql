{{ config(materialized='refreshed', order_by='(org, course_key, actor_id)') }}
select
    org,
    course_key,
    actor_id,
    latest.1 as approving_state,
    latest.2 as emission_time
from (
    select org, course_key, actor_id, argMax(tuple(approving_state, emission_time), {{ moment() }}) as latest
    from {{ ref('grading_events') }}
    where approving_state != ''
    group by org, course_key, actor_id
)
