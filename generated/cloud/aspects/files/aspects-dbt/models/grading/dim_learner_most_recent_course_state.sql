{{ config(
    materialized='renewed',
    engine='ReplacingMergeTree()',
    order_by='(org, course_key, actor_id)',
    keys=['org', 'course_key', 'actor_id'],
    verbs=['earned', 'evaluated', 'passed', 'failed'],
    ttl=retention(),
) }}
select org, course_key, actor_id, approving_state, emission_time
from {% call kept() %}
    select
        org,
        course_key,
        actor_id,
        latest.1 as approving_state,
        latest.2 as emission_time
    from (
        select org, course_key, actor_id, argMax(tuple(approving_state, emission_time), {{ moment() }}) as latest
        from {{ copies_of(ref('grading_events')) }}
        where approving_state != '' and {{ touched() }}
        group by org, course_key, actor_id
    )
{% endcall %}
