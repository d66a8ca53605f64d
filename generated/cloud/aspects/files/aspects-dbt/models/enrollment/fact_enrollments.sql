{{ config(materialized='view') }}
select
    events.emission_time as emission_time,
    events.org as org,
    events.course_key as course_key,
    courses.course_name as course_name,
    courses.course_run as course_run,
    events.actor_id as actor_id,
    events.enrollment_mode as enrollment_mode,
    events.enrollment_status as enrollment_status,
    person.username as username,
    person.name as name,
    person.email as email
from {{ ref('enrollment_events') }} as events
inner join {{ rows_of(ref('dim_course_names')) }} as courses on events.course_key = courses.course_key
left any join {{ people() }} as person on events.actor_id = person.actor_id
