{{ config(materialized='view') }}
select
    levels.org as org,
    levels.course_key as course_key,
    courses.course_name as course_name,
    courses.course_run as course_run,
    levels.actor_id as actor_id,
    people.username as username,
    people.name as name,
    people.email as email,
    people.learner_status as learner_status,
    levels.content_level as content_level,
    concat(
        {{ padded_location(location_of('levels.section_subsection_name'), pad="' '") }},
        ' - ',
        {{ name_of('levels.section_subsection_name') }}
    ) as section_subsection_name,
    levels.engagement as section_subsection_video_engagement
from ({{ video_engagement() }}) as levels
inner join {{ rows_of(ref('dim_course_names')) }} as courses on levels.course_key = courses.course_key
-- names of a course's own learners, as in video_watches
left any join {{ ref('dim_course_learners') }} as people
    on levels.course_key = people.course_key and levels.actor_id = people.actor_id
