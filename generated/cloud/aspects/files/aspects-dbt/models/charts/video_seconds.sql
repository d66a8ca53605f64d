{{ config(materialized='view') }}
{{ named_seconds(ref('fact_video_seconds')) }}
