{{ config(
    materialized='refreshed',
    order_by='actor_id',
    refresh=renewal_of_names(),
    randomize='10 SECOND',
) }}
select actor_id, username, name, email
from ({{ name_lookup(ref('user_pii'), 'user_id') }})
