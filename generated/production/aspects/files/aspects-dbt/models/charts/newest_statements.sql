{{ config(materialized='view') }}
-- a replayed statement changes no maximum, and statements lie in the order that they are grouped by
select org, course_key, max(parsed.emission_time) as emission_time
from {{ statements(copies=true) }} as parsed
group by org, course_key
settings optimize_aggregation_in_order = 1
