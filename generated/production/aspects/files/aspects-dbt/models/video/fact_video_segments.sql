{{ config(
    materialized='refreshed',
    order_by='(org, course_key, object_id, actor_id, watched_segment)',
    refresh=env_var('ASPECTS_VIDEO_WATCH_INTERVALS_REFRESH', 'EVERY 30 MINUTE'),
    randomize=env_var('ASPECTS_VIDEO_WATCH_INTERVALS_REFRESH_RANDOMIZE', '30 SECOND'),
) }}
with visits as (
    -- what a learner did with a video, cut before each start: a start with all that ended it
    select
        org,
        course_key,
        actor_id,
        object_id,
        arraySplit(
            event -> event.2,
            arraySort(groupArray(tuple(
                emission_time_long,
                verb_id = {{ verb('played') }},
                video_position,
                UUIDToNum(event_id),
                video_duration
            )))
        ) as runs
    from {{ ref('video_playback_events') }}
    where verb_id != {{ verb('initialized') }}
    group by org, course_key, actor_id, object_id
),

intervals as (
    -- first second, last second, length of the video
    select
        org,
        course_key,
        actor_id,
        object_id,
        arrayMap(
            run -> tuple(greatest(toInt64(run[1].3), 1), toInt64(run[-1].3), run[1].5),
            arrayFilter(
                -- a nonsensical position must not make millions of rows: no video lasts longer than a day
                run -> run[1].2 and not run[-1].2 and run[-1].3 > run[1].3 and run[-1].3 - run[1].3 <= 86400,
                runs
            )
        ) as watched
    from visits
),

counted as (
    -- counted within each row: seconds are many, and grouping them as rows costs several times as much
    select
        org,
        course_key,
        actor_id,
        object_id,
        arrayReduce(
            'sumMap',
            arrayMap(part -> range(part.1, part.2 + 1), watched),
            arrayMap(part -> arrayWithConstant(part.2 + 1 - part.1, toUInt64(1)), watched)
        ) as seconds,
        if(
            arrayUniq(watched.3) = 1,
            arrayWithConstant(length(seconds.1), watched.3[1]),
            arrayMap(
                second -> arrayMax(
                    part -> part.3, arrayFilter(part -> second between part.1 and part.2, watched)
                ),
                seconds.1
            )
        ) as durations
    from intervals
    where notEmpty(watched)
)

select
    org,
    course_key,
    actor_id,
    object_id,
    video_duration,
    watched_segment,
    watch_count
from counted
array join durations as video_duration, seconds.1 as watched_segment, seconds.2 as watch_count
