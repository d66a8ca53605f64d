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
{%- set changes -%}
  {% call kept() %}
    {{ video_changes(learner_intervals(touched())) }}
  {% endcall %}
{%- endset -%}
{{ seconds_of_changes(changes) }}
