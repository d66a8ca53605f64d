{{ config(
    materialized='renewed',
    engine='ReplacingMergeTree()',
    order_by='(org, course_key, actor_id)',
    keys=['org', 'course_key', 'actor_id'],
    verbs=['registered', 'unregistered'],
    ttl=retention(),
) }}
select org, course_key, actor_id, enrollment_status, enrollment_mode, emission_time
from {% call kept() %}
    select
        org,
        course_key,
        actor_id,
        latest.1 as enrollment_status,
        toLowCardinality(latest.2) as enrollment_mode,
        latest.3 as emission_time
    from (
        select
            org,
            course_key,
            actor_id,
            argMax(tuple(enrollment_status, toString(enrollment_mode), emission_time), {{ moment() }}) as latest
        from {{ copies_of(ref('enrollment_events')) }}
        where {{ touched() }}
        group by org, course_key, actor_id
    )
{% endcall %}
