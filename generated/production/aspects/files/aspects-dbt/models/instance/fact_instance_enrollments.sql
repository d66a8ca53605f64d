{{ config(
    materialized='refreshed',
    order_by='(emission_day, course_key, enrollment_mode, enrollment_status)',
) }}
select
    toStartOfDay(emission_time) as emission_day,
    course_key,
    enrollment_mode,
    {{ last_part('verb_id') }} as enrollment_status,
    uniqExact(event_id) as course_enrollment_mode_status_cnt
from {{ copies_of(ref('enrollment_events')) }}
group by emission_day, course_key, enrollment_mode, enrollment_status
