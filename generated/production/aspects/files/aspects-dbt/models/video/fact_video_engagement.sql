{{ config(materialized='view') }}
select
    cast(levels.org, 'String') as org,
    cast(levels.course_key, 'String') as course_key,
    levels.section_subsection_name as section_subsection_name,
    levels.content_level as content_level,
    levels.actor_id as actor_id,
    levels.engagement as section_subsection_video_engagement,
    levels.block_id as block_id,
    person.username as username,
    person.name as name,
    person.email as email
from ({{ video_engagement() }}) as levels
left any join {{ people() }} as person on levels.actor_id = person.actor_id
