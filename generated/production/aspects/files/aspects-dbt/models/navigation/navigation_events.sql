{{ config(materialized='view', schema=xapi_database(), post_hook='{{ show_copies() }}') }}
select
    event_id,
    toDateTime(events.emission_time) as emission_time,
    actor_id,
    splitByString('/xblock/', object_id)[-1] as block_id,
    course_key,
    org,
    verb_id,
    cast(events.object_type, 'String') as object_type,
    if(
        events.object_type in (
            'http://adlnet.gov/expapi/activities/link', 'http://adlnet.gov/expapi/activities/module'
        ),
        0,
        events.starting_position
    ) as starting_position,
    ending_point
from {{ statements() }} as events
where verb_id = {{ verb('navigated') }} and reason = ''
