{{ config(
    materialized='renewed',
    engine='ReplacingMergeTree()',
    order_by='(org, course_key, object_id, actor_id)',
    keys=['org', 'course_key', 'actor_id'],
    verbs=['completed', 'terminated', 'paused', 'played', 'seeked'],
    kept=learner_video_columns(),
    ttl=retention(),
    expires=retention('oldest'),
    refresh=env_var('ASPECTS_VIDEO_WATCH_INTERVALS_REFRESH', 'EVERY 30 MINUTE'),
    randomize=env_var('ASPECTS_VIDEO_WATCH_INTERVALS_REFRESH_RANDOMIZE', '30 SECOND'),
) }}
-- seconds are counted within each learner's row: they are many, and grouping them as rows costs several times as much
select
    org,
    course_key,
    actor_id,
    object_id,
    video_duration,
    watched_segment,
    watch_count
from (
    select
        org,
        course_key,
        actor_id,
        object_id,
        {{ seconds_of('watched') }} as seconds,
        if(
            arrayUniq(watched.duration) = 1,
            arrayWithConstant(length(seconds.1), watched.duration[1]),
            arrayMap(
                second -> arrayMax(
                    part -> part.duration, arrayFilter(part -> second between part.first and part.last, watched)
                ),
                seconds.1
            )
        ) as durations
    from {% call kept() %}
        {{ learner_videos(copies_of(ref('video_playback_events'))) }}
    {% endcall %}
    where notEmpty(watched)
)
array join durations as video_duration, seconds.1 as watched_segment, seconds.2 as watch_count
