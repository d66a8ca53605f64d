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
        {'name': 'changes', 'type': 'Tuple(Array(Int64), Array(Int64), Array(Int64), Array(Int64))'},
        {'name': 'oldest', 'type': 'DateTime'},
        {'name': 'emission_time', 'type': 'DateTime'},
    ],
    ttl=retention(),
    expires=retention('oldest'),
    refresh=env_var('ASPECTS_VIDEO_WATCH_INTERVALS_REFRESH', 'EVERY 30 MINUTE'),
    randomize=env_var('ASPECTS_VIDEO_WATCH_INTERVALS_REFRESH_RANDOMIZE', '30 SECOND'),
) }}
{%- set segments = ref('fact_video_segments') %}
-- A video's row holds the seconds at which a count changes, and by how much: a learner brings two of them for
-- each interval watched, however long it is.
select
    org,
    course_key,
    object_id,
    video_duration,
    watched_segment,
    toUInt64(counts.1) as learners,
    toUInt64(counts.2) as unique_views,
    toUInt64(counts.3) as repeat_views
from (
    select
        org,
        course_key,
        object_id,
        video_duration,
        arrayJoin(arrayZip(
            arrayPopBack(changes.1),
            arrayPopFront(changes.1),
            arrayPopBack(arrayZip(
                arrayCumSum(changes.2), arrayCumSum(changes.3), arrayCumSum(changes.4)
            ))
        )) as run,
        run.3 as counts,
        arrayJoin(range(run.1, run.2)) as watched_segment
    from {% call kept() %}
        select
            org,
            course_key,
            object_id,
            max(duration) as video_duration,
            sumMap(
                points,
                arrayMap((now, before) -> toInt64(now > 0) - toInt64(before > 0), times, earlier),
                arrayMap((now, before) -> toInt64(now = 1) - toInt64(before = 1), times, earlier),
                arrayMap((now, before) -> if(now > 1, now, 0) - if(before > 1, before, 0), times, earlier)
            ) as changes,
            min(first_seen) as oldest,
            max(last_seen) as emission_time
        from (
            select
                *,
                arraySort(arrayDistinct(arrayConcat(watched.1, arrayMap(last -> last + 1, watched.2)))) as points,
                arrayMap(
                    point -> toInt64(arrayCount(part -> point between part.1 and part.2, watched)), points
                ) as times,
                arrayPopBack(arrayPushFront(times, 0)) as earlier
            from (
                {%- if segments.is_cte %}
                select
                    org, course_key, object_id, actor_id,
                    max(segments.video_duration) as duration,
                    arrayFlatten(groupArray(
                        arrayWithConstant(watch_count, tuple(watched_segment, watched_segment))
                    )) as watched,
                    now() as first_seen,
                    now() as last_seen
                from {{ segments }} as segments
                where {{ touched() }}
                group by org, course_key, object_id, actor_id
                {%- else %}
                select
                    org, course_key, object_id,
                    video_duration as duration,
                    watched,
                    oldest as first_seen,
                    emission_time as last_seen
                from {{ segments.incorporate(path={'identifier': segments.identifier ~ '_fields'}) }}
                where {{ touched() }}
                {%- endif %}
            )
        )
        group by org, course_key, object_id
    {% endcall %}
    where notEmpty(changes.1)
)
where learners > 0
