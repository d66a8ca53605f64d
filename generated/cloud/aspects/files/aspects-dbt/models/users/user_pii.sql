-- depends_on: {{ source('event_sink', 'user_profile') }}, {{ source('event_sink', 'external_id') }}
{{ config(
    materialized='refreshed',
    schema=event_sink_database(),
    order_by='(external_user_id, user_id)',
    refresh=renewal_of_names(),
    randomize='10 SECOND',
) }}
{% if personal_data() == 'on' -%}
with profiles as (
    select
        user_id,
        argMax(tuple(username, name, email), tuple(time_last_dumped, toString(dump_id))) as newest
    from {{ source('event_sink', 'user_profile') }}
    group by user_id
),

ids as (
    select distinct user_id, external_user_id as id
    from {{ source('event_sink', 'external_id') }}
)

select
    profiles.user_id as user_id,
    if(empty(ids.id), concat('mailto:', email), toString(ids.id)) as external_user_id,
    profiles.newest.1 as username,
    profiles.newest.2 as name,
    profiles.newest.3 as email
from profiles
left join ids on profiles.user_id = ids.user_id
{%- elif personal_data() == 'pseudonym' -%}
select
    toInt32(0) as user_id,
    {{ pseudonym('toString(id)') }} as external_user_id,
    concat('learner-', substring(external_user_id, 1, 12)) as username,
    username as name,
    '' as email
from (
    select distinct external_user_id as id
    from {{ source('event_sink', 'external_id') }}
)
{%- else -%}
select toInt32(0) as user_id, '' as external_user_id, '' as username, '' as name, '' as email
where false
{%- endif %}
