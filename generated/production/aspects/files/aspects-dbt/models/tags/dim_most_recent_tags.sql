{{ config(materialized='view', schema=event_sink_database()) }}
select id, newest.1 as taxonomy, newest.2 as parent, newest.3 as value, newest.4 as external_id, newest.5 as lineage
from (
    select
        id,
        argMax(tuple(taxonomy, parent, value, external_id, lineage), tuple(time_last_dumped, toString(dump_id))) as newest
    from {{ source('event_sink', 'tag') }}
    group by id
)
