{{ config(materialized='view') }}
{%- set segments = ref('fact_video_segments') %}
{%- if segments.is_cte %}
with watches as (
    select
        org,
        course_key,
        actor_id,
        object_id,
        max(duration) as video_duration,
        count() as watched_seconds,
        countIf(times > 1) as rewatched_seconds,
        max(times) as max_views
    from (
        select org, course_key, actor_id, object_id, max(video_duration) as duration, sum(watch_count) as times
        from {{ segments }}
        group by org, course_key, actor_id, object_id, watched_segment
    )
    group by org, course_key, actor_id, object_id
)
{%- else %}
with watches as (
    select * from {{ kept_of(segments) }}
    where watched_seconds > 0
)
{%- endif %}

select org, course_key, actor_id, object_id, video_duration, watched_seconds, rewatched_seconds, max_views
from watches
