{{ config(
    materialized='renewed',
    engine='ReplacingMergeTree()',
    order_by='(org, course_key, actor_id)',
    keys=['org', 'course_key', 'actor_id'],
    verbs=['navigated'],
    ttl=retention(),
) }}
select org, course_key, actor_id, emission_time
from {% call kept() %}
    select org, course_key, actor_id, max(navigation.emission_time) as emission_time
    from {{ copies_of(ref('navigation_events')) }} as navigation
    where {{ touched() }}
    group by org, course_key, actor_id
{% endcall %}
