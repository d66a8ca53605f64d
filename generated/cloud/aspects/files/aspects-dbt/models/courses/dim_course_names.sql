{{ config(
    materialized='refreshed',
    order_by='course_key',
    stored={'org': 'LowCardinality(String)', 'course_key': 'LowCardinality(String)'},
    schema=event_sink_database(),
) }}
with newest as (
    select
        course_key,
        argMax(tuple(display_name, org, course_data_json), tuple(modified, time_last_dumped, toString(dump_id))) as overview
    from {{ source('event_sink', 'course_overviews') }}
    group by course_key
)

select
    course_key,
    overview.1 as course_name,
    splitByChar('+', course_key)[-1] as course_run,
    overview.2 as org,
    JSONExtract(overview.3, 'tags', 'String') as tags_str
from newest
