{{ config(materialized='view') }}
with attempted as (
    select
        events.org as org,
        events.course_key as course_key,
        events.actor_id as actor_id,
        blocks.org as block_org,
        blocks.section_number as section_number,
        blocks.subsection_number as subsection_number,
        uniqExact(events.problem_id) as attempted_count
    from {{ attempted_problems() }} as events
    inner join {{ ref('dim_course_blocks') }} as blocks
        on events.course_key = blocks.course_key and events.problem_id = blocks.block_id
    group by org, course_key, actor_id, block_org, section_number, subsection_number
),

problems as ({{ items_per_subsection('problem') }}),

labelled as (
    select
        attempted.org as org,
        attempted.course_key as course_key,
        attempted.actor_id as actor_id,
        problems.section_with_name as section_with_name,
        problems.section_block_id as section_block_id,
        problems.subsection_with_name as subsection_with_name,
        problems.subsection_block_id as subsection_block_id,
        multiIf(
            attempted.attempted_count = 0, 'No problems attempted yet',
            attempted.attempted_count = problems.item_count, 'All problems attempted',
            'At least one problem attempted'
        ) as engagement
    from attempted
    inner join problems
        on
            attempted.block_org = problems.org
            and attempted.course_key = problems.course_key
            and attempted.section_number = problems.section_number
            and attempted.subsection_number = problems.subsection_number
),

levels as (
    select distinct
        org,
        course_key,
        level.2 as section_subsection_name,
        section_with_name,
        level.1 as content_level,
        actor_id,
        engagement,
        level.3 as block_id
    from labelled
    array join [
        tuple('subsection', subsection_with_name, subsection_block_id),
        tuple('section', section_with_name, section_block_id)
    ] as level
    where level.2 != ''
)

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
from levels
left any join {{ people() }} as person on levels.actor_id = person.actor_id
