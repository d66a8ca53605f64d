{{ config(
    materialized='renewed',
    engine='ReplacingMergeTree()',
    order_by='(org, course_key, object_id)',
    keys=['org', 'course_key', 'object_id'],
    follows='fact_video_segments',
    kept=[
        {'name': 'org', 'type': 'LowCardinality(String)'},
        {'name': 'course_key', 'type': 'LowCardinality(String)'},
        {'name': 'object_id', 'type': 'String'},
        {'name': 'video_duration', 'type': 'Int64'},
        {'name': 'seconds', 'type': 'Tuple(Array(Int64), Array(UInt64), Array(UInt64), Array(UInt64))'},
        {'name': 'oldest', 'type': 'DateTime'},
        {'name': 'emission_time', 'type': 'DateTime'},
    ],
    ttl=retention(),
    expires=retention('oldest'),
    refresh=env_var('ASPECTS_VIDEO_WATCH_INTERVALS_REFRESH', 'EVERY 30 MINUTE'),
    randomize=env_var('ASPECTS_VIDEO_WATCH_INTERVALS_REFRESH_RANDOMIZE', '30 SECOND'),
) }}
{%- set segments = ref('fact_video_segments') %}
select
    org,
    course_key,
    object_id,
    video_duration,
    watched_segment,
    learners,
    unique_views,
    repeat_views
from {% call kept() %}
    select
        org,
        course_key,
        object_id,
        max(duration) as video_duration,
        sumMap(
            seconds.1,
            arrayMap(times -> toUInt64(1), seconds.2),
            arrayMap(times -> toUInt64(times = 1), seconds.2),
            arrayMap(times -> if(times > 1, times, 0), seconds.2)
        ) as seconds,
        min(first_seen) as oldest,
        max(last_seen) as emission_time
    from (
        {%- if segments.is_cte %}
        select
            org, course_key, object_id, actor_id,
            max(segments.video_duration) as duration,
            sumMap([watched_segment], [watch_count]) as seconds,
            now() as first_seen,
            now() as last_seen
        from {{ segments }} as segments
        where {{ touched() }}
        group by org, course_key, object_id, actor_id
        {%- else %}
        select
            org, course_key, object_id, actor_id,
            video_duration as duration,
            {{ seconds_of('watched') }} as seconds,
            oldest as first_seen,
            emission_time as last_seen
        from {{ segments.incorporate(path={'identifier': segments.identifier ~ '_fields'}) }}
        where {{ touched() }}
        {%- endif %}
    )
    group by org, course_key, object_id
{% endcall %}
array join
    seconds.1 as watched_segment,
    seconds.2 as learners,
    seconds.3 as unique_views,
    seconds.4 as repeat_views
