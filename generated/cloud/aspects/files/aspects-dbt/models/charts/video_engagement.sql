{{ config(materialized='view') }}
{{ engagement_for_charts(video_engagement(), 'section_subsection_video_engagement') }}
