{{ config(materialized='view', schema=event_sink_database()) }}
select id, argMax(taxonomies.name, tuple(time_last_dumped, toString(dump_id))) as name
from {{ source('event_sink', 'taxonomy') }} as taxonomies
group by id
