{{ config(materialized='view') }}
select org, course_key, actor_id, approving_state, stated_at as emission_time
from {{ kept_results() }}
where approving_state != ''
