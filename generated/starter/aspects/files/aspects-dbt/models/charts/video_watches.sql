{{ config(materialized='view') }}
select
    watches.org as org,
    watches.course_key as course_key,
    blocks.course_name as course_name,
    blocks.course_run as course_run,
    watches.actor_id as actor_id,
    people.username as username,
    people.name as name,
    people.email as email,
    watches.object_id as object_id,
    {{ video_names('watches') }},
    watches.video_duration as video_duration,
    watches.watched_seconds as watched_seconds,
    watches.rewatched_seconds as rewatched_seconds,
    watches.max_views as video_watched_count,
    if(watches.max_views > 1, watches.max_views, 0) as video_rewatched_count,
    toUInt8(
        watches.video_duration > 0 and watches.watched_seconds >= 0.95 * watches.video_duration
    ) as watched_entire_video,
    people.learner_status as learner_status
from {{ ref('fact_video_watches') }} as watches
{{ video_block('watches') }}
-- names of a course's own learners: a rule on the course then reaches this side as well
left any join {{ ref('dim_course_learners') }} as people
    on watches.course_key = people.course_key and watches.actor_id = people.actor_id
