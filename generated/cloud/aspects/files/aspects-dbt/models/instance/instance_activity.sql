{{ config(
    materialized='streamed',
    schema=xapi_database(),
    engine=engine('AggregatingMergeTree()'),
    order_by='(emission_time, daily)',
    partition_by='toYYYYMM(emission_time)',
    ttl=retention(),
) }}
select
    toDateTime64(if(day, toStartOfDay(happened), toStartOfHour(happened)), 0) as emission_time,
    day as daily,
    arrayReduce('uniqCombinedState', groupUniqArrayIf(event_id, day)) as events,
    arrayReduce('uniqCombinedState', groupUniqArrayIf(actor_id, day and actor_id != '')) as actors,
    arrayReduce('uniqCombinedState', groupUniqArrayIf(course, not day and course like '%/course/%')) as courses
from (
    select event_id, actor_id, toString(course_id) as course, emission_time as happened, day
    from {{ inserted_statements() }}
    array join [true, false] as day
)
group by emission_time, daily
