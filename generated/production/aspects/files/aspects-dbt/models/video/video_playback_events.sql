{{ config(materialized='view', schema=xapi_database(), post_hook='{{ show_copies() }}') }}
select
    event_id,
    toDateTime(events.emission_time) as emission_time_long,
    toDateTime(events.emission_time) as emission_time,
    actor_id,
    object_id,
    course_key,
    org,
    verb_id,
    if(
        verb_id = {{ verb('played') }} and video_duration != 0 and ceil(video_time) = video_duration,
        toDecimal32(1, 2),
        ceil(video_time)
    ) as video_position,
    video_duration
from {{ statements() }} as events
where verb_id in {{ verbs(video_verbs()) }} and reason = '' and object_id like '%video+block%'
