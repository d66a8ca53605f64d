{{ config(
    materialized='renewed',
    engine='ReplacingMergeTree()',
    order_by='(org, course_key, problem_id, actor_id, object_id, interaction_type)',
    keys=['org', 'course_key', 'actor_id'],
    verbs=['evaluated'],
    kept=[
        {'name': 'org', 'type': 'LowCardinality(String)'},
        {'name': 'course_key', 'type': 'LowCardinality(String)'},
        {'name': 'object_id', 'type': 'String'},
        {'name': 'problem_id', 'type': 'String'},
        {'name': 'actor_id', 'type': 'String'},
        {'name': 'interaction_type', 'type': 'LowCardinality(String)'},
        {'name': 'attempts', 'type': 'Int16'},
        {'name': 'success', 'type': 'Bool'},
        {'name': 'emission_time', 'type': 'DateTime'},
        {'name': 'latest', 'type': 'DateTime'},
        {'name': 'responses', 'type': 'String'},
        {'name': 'scaled_score', 'type': 'Float32'},
        {'name': 'first_success', 'type': 'Bool'},
        {'name': 'first_items', 'type': 'Array(String)'},
        {'name': 'oldest', 'type': 'DateTime'},
    ],
    ttl=retention('latest'),
    expires=retention('oldest'),
) }}
with latest as (
    select *
    from {% call kept() %}
        {{ answers(copies_of(ref('problem_events'))) }}
    {% endcall %}
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
    latest.attempts as attempts,
    latest.success as success,
    latest.emission_time as emission_time,
    latest.responses as responses,
    latest.scaled_score as scaled_score
from latest
left any join {{ rows_of(ref('dim_course_blocks')) }} as blocks
    on latest.course_key = blocks.course_key and latest.problem_id = blocks.block_id
