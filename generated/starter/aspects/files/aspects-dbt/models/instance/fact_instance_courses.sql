{{ config(materialized='view', schema=xapi_database()) }}
select emission_time as emission_hour, courses as courses_cnt
from {{ ref('instance_activity') }}
where not daily and finalizeAggregation(courses) > 0
