{{ config(materialized='view') }}
with subsections as (
    select
        org,
        course_key,
        actor_id,
        section_with_name,
        section_block_id,
        subsection_with_name,
        subsection_block_id,
        page_count,
        count() as visited_count
    from {{ ref('fact_navigation_completion') }}
    group by all
),

levels as (
    select
        org,
        course_key,
        level.2 as section_subsection_name,
        level.1 as content_level,
        actor_id,
        section_with_name,
        multiIf(
            sum(visited_count) = 0, 'No pages viewed yet',
            sum(visited_count) = sum(page_count), 'All pages viewed',
            'At least one page viewed'
        ) as engagement
    from subsections
    array join [
        tuple('subsection', subsection_with_name, subsection_block_id),
        tuple('section', section_with_name, section_block_id)
    ] as level
    where level.2 != ''
    group by org, course_key, actor_id, level, section_with_name
)

select
    levels.org as org,
    levels.course_key as course_key,
    levels.section_subsection_name as section_subsection_name,
    levels.content_level as content_level,
    levels.actor_id as actor_id,
    levels.engagement as section_subsection_page_engagement,
    levels.section_with_name as section_with_name,
    person.username as username,
    person.name as name,
    person.email as email
from levels
left any join {{ people() }} as person on levels.actor_id = person.actor_id
