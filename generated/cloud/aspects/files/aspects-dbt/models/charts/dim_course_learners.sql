{{ config(materialized='refreshed', order_by='(course_key, actor_id)') }}
with answers as (
    select
        org,
        course_key,
        actor_id,
        count() as answered_count,
        countIf(success and attempts = 1) as correct_first_count
    from {{ kept_of(ref('dim_learner_last_response')) }}
    group by org, course_key, actor_id
)

select
    status.org as org,
    status.course_key as course_key,
    status.actor_id as actor_id,
    status.course_name as course_name,
    status.course_run as course_run,
    status.approving_state as approving_state,
    status.enrollment_mode as enrollment_mode,
    status.enrollment_status as enrollment_status,
    status.course_grade as course_grade,
    status.grade_bucket as grade_bucket,
    status.username as username,
    status.name as name,
    status.email as email,
    status.enrolled_at as enrolled_at,
    visits.emission_time as last_visited,
    toUInt8(visits.emission_time >= {{ week_ago() }}) as active_within_last_7_days,
    multiIf(
        visits.emission_time >= {{ week_ago() }}, 'active',
        -- without a visit the time is that of 1970: such a learner never began
        toUnixTimestamp(visits.emission_time) != 0
        and status.approving_state = 'failed'
        and status.enrollment_status = 'registered', 'at-risk',
        'other'
    ) as learner_status,
    answers.answered_count as answered_count,
    answers.correct_first_count as correct_first_count
from {{ ref('dim_student_status') }} as status
left any join {{ ref('dim_learner_last_course_visit') }} as visits
    on
        status.org = visits.org
        and status.course_key = visits.course_key
        and status.actor_id = visits.actor_id
left any join answers
    on
        status.org = answers.org
        and status.course_key = answers.course_key
        and status.actor_id = answers.actor_id
