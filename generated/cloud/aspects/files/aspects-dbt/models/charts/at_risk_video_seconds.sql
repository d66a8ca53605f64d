{{ config(materialized='view') }}
{%- set at_risk -%}
  select org, course_key, actor_id from {{ ref('dim_course_learners') }} where learner_status = 'at-risk'
{%- endset -%}
{%- set seconds -%}
  {{ seconds_of_changes('(' ~ video_changes(learner_intervals('true', among=at_risk)) ~ ')') }}
{%- endset -%}
{{ named_seconds('(' ~ seconds ~ ')') }}
