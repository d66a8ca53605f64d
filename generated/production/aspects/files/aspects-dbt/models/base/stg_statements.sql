-- Raw statements without duplicates, with the parts that every model starts from.
select
    event_id,
    emission_time,
    JSONExtractString(event, 'verb', 'id') as verb_id,
    JSONExtractString(event, 'object', 'id') as object_id,
    JSONExtractString(event, 'actor', 'account', 'name') as actor_id
from {{ source('xapi', 'xapi_events_all') }} final
