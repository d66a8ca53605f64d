{{ config(materialized='refreshed', order_by='(org, course_key, actor_id)') }}
select org, course_key, actor_id, max(navigation.emission_time) as emission_time
from {{ ref('navigation_events') }} as navigation
group by org, course_key, actor_id
