{{ config(materialized='view') }}
{{ engagement_for_charts(problem_engagement(), 'section_subsection_problem_engagement') }}
