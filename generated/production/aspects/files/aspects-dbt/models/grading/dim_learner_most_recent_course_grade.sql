{{ config(
    materialized='renewed',
    engine='ReplacingMergeTree()',
    order_by='(org, course_key, actor_id)',
    keys=['org', 'course_key', 'actor_id'],
    verbs=['earned', 'evaluated', 'passed', 'failed'],
    kept=[
        {'name': 'org', 'type': 'LowCardinality(String)'},
        {'name': 'course_key', 'type': 'LowCardinality(String)'},
        {'name': 'actor_id', 'type': 'String'},
        {'name': 'graded', 'type': 'Bool'},
        {'name': 'course_grade', 'type': 'Float32'},
        {'name': 'graded_at', 'type': 'DateTime'},
        {'name': 'approving_state', 'type': 'String'},
        {'name': 'stated_at', 'type': 'DateTime'},
        {'name': 'latest', 'type': 'DateTime'},
        {'name': 'oldest', 'type': 'DateTime'},
    ],
    ttl=retention('latest'),
    expires=retention('oldest'),
) }}
select org, course_key, actor_id, course_grade, graded_at as emission_time
from {% call kept() %}
    {{ course_results(copies_of(ref('grading_events'))) }}
{% endcall %}
where graded
