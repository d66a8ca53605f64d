{{ config(materialized='view', schema=event_sink_database()) }}
select
    id,
    newest.1 as object_id,
    newest.2 as taxonomy,
    newest.3 as _value,
    newest.4 as _export_id,
    newest.5 as lineage
from (
    select
        id,
        argMax(
            tuple(object_id, taxonomy, _value, _export_id, lineage), tuple(time_last_dumped, toString(dump_id))
        ) as newest
    from {{ source('event_sink', 'object_tag') }}
    group by id
)
