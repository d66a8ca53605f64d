{{ config(materialized='view') }}
{{ engagement_for_charts(page_engagement(), 'section_subsection_page_engagement') }}
