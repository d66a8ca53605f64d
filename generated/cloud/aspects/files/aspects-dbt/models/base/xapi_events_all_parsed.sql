{{ config(
    materialized='streamed',
    schema=xapi_database(),
    engine=engine('ReplacingMergeTree()'),
    order_by='(org, course_key, verb_id, actor_id, emission_time, event_id)',
    partition_by='toYYYYMM(emission_time)',
    ttl=retention(),
    granule=1024,
    codecs={'event': 'ZSTD(1)', 'responses': 'ZSTD(1)'},
    hidden=statement_fields(),
) }}
{{ parse(source('xapi', 'xapi_events_all')) }}
