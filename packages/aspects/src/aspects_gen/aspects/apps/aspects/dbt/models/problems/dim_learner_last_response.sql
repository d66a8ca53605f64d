{{ config(materialized='refreshed', order_by='(org, course_key, problem_id, actor_id)') }}
with latest as (
    select
        org,
        course_key,
        object_id,
        problem_id,
        actor_id,
        interaction_type,
        argMax(
            tuple(attempts, success, emission_time, responses, scaled_score),
            tuple(attempts, {{ moment() }})
        ) as response
    from {{ ref('problem_events') }}
    where verb_id = {{ verb('evaluated') }}
    group by org, course_key, object_id, problem_id, actor_id, interaction_type
)

select
    latest.org as org,
    latest.course_key as course_key,
    latest.object_id as object_id,
    latest.problem_id as problem_id,
    concat('<a href="', latest.object_id, '" target="_blank">', blocks.display_name_with_location, '</a>') as problem_link,
    blocks.display_name_with_location as display_name_with_location,
    blocks.graded as graded,
    latest.actor_id as actor_id,
    blocks.course_order as course_order,
    latest.interaction_type as interaction_type,
    latest.response.1 as attempts,
    latest.response.2 as success,
    latest.response.3 as emission_time,
    latest.response.4 as responses,
    latest.response.5 as scaled_score
from latest
left any join {{ ref('dim_course_blocks') }} as blocks
    on latest.course_key = blocks.course_key and latest.problem_id = blocks.block_id
