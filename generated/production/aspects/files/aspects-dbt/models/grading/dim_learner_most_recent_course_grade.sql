{{ config(
    materialized='renewed',
    engine='ReplacingMergeTree()',
    order_by='(org, course_key, actor_id)',
    keys=['org', 'course_key', 'actor_id'],
    verbs=['earned', 'evaluated', 'passed', 'failed'],
    ttl=retention(),
) }}
select org, course_key, actor_id, course_grade, emission_time
from {% call kept() %}
    select
        org,
        course_key,
        actor_id,
        latest.1 as course_grade,
        latest.2 as emission_time
    from (
        select org, course_key, actor_id, argMax(tuple(scaled_score, emission_time), {{ moment() }}) as latest
        from {{ copies_of(ref('grading_events')) }}
        where
            object_id like '%/course/%'
            -- a passed or failed statement without a score is not a grade
            and not (verb_id in {{ verbs(['passed', 'failed']) }} and scaled_score = 0)
            and {{ touched() }}
        group by org, course_key, actor_id
    )
{% endcall %}
