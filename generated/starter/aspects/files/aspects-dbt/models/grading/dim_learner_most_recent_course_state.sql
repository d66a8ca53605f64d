{{ config(materialized='view') }}
{%- set events = ref('grading_events') %}
select org, course_key, actor_id, approving_state, stated_at as emission_time
from
    {% if events.is_cte -%}
        ({{ course_results(events) }})
    {%- else -%}
        {{ kept_of(ref('dim_learner_most_recent_course_grade')) }}
    {%- endif %}
where approving_state != ''
