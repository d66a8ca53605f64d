{{ config(materialized='view', schema=event_sink_database()) }}
{%- set dumped = source('event_sink', 'course_blocks') %}
with newest as (
    select location, argMax(tuple(display_name, xblock_data_json, order, course_key, dump_id, time_last_dumped), toString(dump_id)) as block
    from {{ dumped }}
    where (course_key, time_last_dumped) in (
        select course_key, max(time_last_dumped) from {{ dumped }} group by course_key
    )
    group by location
)

select
    location,
    block.1 as block_name,
    concat(toString(section), ':', toString(subsection), ':', toString(unit), ' - ', block_name) as display_name_with_location,
    JSONExtractInt(block.2, 'section') as section,
    JSONExtractInt(block.2, 'subsection') as subsection,
    JSONExtractInt(block.2, 'unit') as unit,
    toUInt8(JSONExtractBool(block.2, 'graded')) as graded,
    block.3 as course_order,
    block.4 as course_key,
    block.5 as dump_id,
    block.6 as time_last_dumped
from newest
