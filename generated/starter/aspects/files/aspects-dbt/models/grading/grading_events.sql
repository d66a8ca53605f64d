{{ config(materialized='view', schema=xapi_database(), post_hook='{{ show_copies() }}') }}
select
    event_id,
    toDateTime(events.emission_time) as emission_time,
    actor_id,
    object_id,
    course_key,
    org,
    verb_id,
    scaled_score,
    multiIf(
        grade = 'Fail', 'failed',
        grade = 'Pass', 'passed',
        verb_id in {{ verbs(['passed', 'failed']) }}, {{ last_part('verb_id') }},
        ''
    ) as approving_state
from {{ statements() }} as events
where
    verb_id in {{ verbs(['earned', 'evaluated', 'passed', 'failed']) }}
    and reason = ''
    and (
        verb_id in {{ verbs(['earned', 'evaluated']) }}
        or object_type = 'http://adlnet.gov/expapi/activities/course'
    )
