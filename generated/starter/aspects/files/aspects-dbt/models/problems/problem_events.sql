{{ config(materialized='view', schema=xapi_database(), post_hook='{{ show_copies() }}') }}
select
    event_id,
    toDateTime(events.emission_time) as emission_time,
    actor_id,
    object_id,
    course_key,
    org,
    verb_id,
    responses,
    scaled_score,
    success,
    interaction_type,
    attempts,
    {{ get_problem_id('object_id') }} as problem_id
from {{ statements() }} as events
where verb_id in {{ verbs(['evaluated', 'passed', 'asked']) }} and reason = ''
