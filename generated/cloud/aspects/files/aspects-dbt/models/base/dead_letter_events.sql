{{ config(materialized='view', schema=xapi_database()) }}
select event_id, emission_time, reason, verb_id, actor_id, object_id, event
from {{ statements(copies=true) }}
where reason != ''
limit 1 by emission_time, event_id
