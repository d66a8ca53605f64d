{{ config(
    materialized='renewed',
    schema=xapi_database(),
    engine='AggregatingMergeTree()',
    order_by='(emission_time, daily)',
    ttl=retention(),
    seen_type='SimpleAggregateFunction(max, DateTime64(6))',
) }}
select emission_time, daily, events, actors, courses
from {% call kept() %}
    select
        toDateTime64(if(day, toStartOfDay(happened), toStartOfHour(happened)), 0) as emission_time,
        day as daily,
        uniqCombinedStateIf(event_id, day) as events,
        uniqCombinedStateIf(actor_id, day and actor_id != '') as actors,
        uniqCombinedStateIf(course, not day and course like '%/course/%') as courses
    from (
        select event_id, actor_id, toString(course_id) as course, emission_time as happened, day
        from {{ statements(copies=true) }}
        array join [true, false] as day
        where {{ touched() }}
    )
    group by emission_time, daily
{% endcall %}
