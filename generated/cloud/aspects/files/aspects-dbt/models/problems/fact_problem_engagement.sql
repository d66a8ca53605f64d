{{ config(materialized='view') }}
select
    levels.org as org,
    levels.course_key as course_key,
    levels.section_subsection_name as section_subsection_name,
    levels.section_with_name as section_with_name,
    levels.content_level as content_level,
    levels.actor_id as actor_id,
    levels.engagement as section_subsection_problem_engagement,
    levels.block_id as block_id,
    person.username as username,
    person.name as name,
    person.email as email
from ({{ problem_engagement() }}) as levels
left any join {{ people() }} as person on levels.actor_id = person.actor_id
