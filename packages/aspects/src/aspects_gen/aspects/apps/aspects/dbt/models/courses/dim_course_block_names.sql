{{ config(materialized='view') }}
select
    location,
    block_name,
    course_key,
    toBool(graded) as graded,
    course_order,
    display_name_with_location
from {{ ref('dim_most_recent_course_blocks') }}
