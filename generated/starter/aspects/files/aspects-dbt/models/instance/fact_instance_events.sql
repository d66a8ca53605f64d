{{ config(materialized='view', schema=xapi_database()) }}
select emission_time as emission_day, events as events_cnt
from {{ ref('instance_activity') }}
where daily
