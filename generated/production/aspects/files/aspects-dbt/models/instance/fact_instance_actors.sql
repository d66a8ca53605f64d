{{ config(materialized='view', schema=xapi_database()) }}
select emission_time as emission_day, actors as actors_cnt
from {{ ref('instance_activity') }}
where daily and finalizeAggregation(actors) > 0
