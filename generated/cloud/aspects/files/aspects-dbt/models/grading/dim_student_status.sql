{{ config(materialized='view') }}
select
    enrolled.org as org,
    enrolled.course_key as course_key,
    enrolled.actor_id as actor_id,
    courses.course_name as course_name,
    courses.course_run as course_run,
    if(states.approving_state = '', 'failed', states.approving_state) as approving_state,
    enrolled.enrollment_mode as enrollment_mode,
    enrolled.enrollment_status as enrollment_status,
    grades.course_grade as course_grade,
    {{ grade_bucket('grades.course_grade') }} as grade_bucket,
    person.username as username,
    person.name as name,
    person.email as email,
    enrolled.emission_time as enrolled_at
from {{ ref('dim_most_recent_enrollment') }} as enrolled
left any join {{ ref('dim_learner_most_recent_course_state') }} as states
    on
        enrolled.org = states.org
        and enrolled.course_key = states.course_key
        and enrolled.actor_id = states.actor_id
left any join {{ ref('dim_learner_most_recent_course_grade') }} as grades
    on
        enrolled.org = grades.org
        and enrolled.course_key = grades.course_key
        and enrolled.actor_id = grades.actor_id
inner join {{ rows_of(ref('dim_course_names')) }} as courses
    on enrolled.org = courses.org and enrolled.course_key = courses.course_key
left any join {{ people() }} as person on enrolled.actor_id = person.actor_id
