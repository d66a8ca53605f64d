{{ config(
    materialized='refreshed',
    order_by='actor_id',
    refresh='EVERY ' ~ env_var('ASPECTS_PII_CACHE_LIFETIME', '120') ~ ' SECOND',
    randomize='10 SECOND',
) }}
select actor_id, username, name, email
from ({{ name_lookup(ref('user_pii'), 'user_id') }})
