{{ config(materialized='view', schema=xapi_database(), post_hook='{{ show_copies() }}') }}
select
    event_id,
    toDateTime(events.emission_time) as emission_time,
    actor_id,
    object_id,
    course_key,
    org,
    verb_id,
    enrollment_mode,
    {{ last_part('verb_id') }} as enrollment_status
from {{ statements() }} as events
where verb_id in {{ verbs(['registered', 'unregistered']) }} and reason = ''
