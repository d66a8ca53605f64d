{{ config(materialized='view') }}
with viewed as (
    select
        blocks.org as org,
        blocks.course_key as course_key,
        blocks.section_number as section_number,
        blocks.subsection_number as subsection_number,
        segments.actor_id as actor_id,
        uniqExact(blocks.block_id) as viewed_count
    from (
        select distinct course_key, actor_id, splitByString('/xblock/', object_id)[-1] as block_id
        from {{ video_watchers() }}
    ) as segments
    inner join {{ ref('dim_course_blocks') }} as blocks
        on segments.course_key = blocks.course_key and segments.block_id = blocks.block_id
    group by org, course_key, section_number, subsection_number, actor_id
),

videos as ({{ items_per_subsection('video') }}),

subsections as (
    -- nobody's row of a subsection has no learner
    select
        videos.*,
        viewed.actor_id as actor_id,
        viewed.viewed_count as viewed_count
    from videos
    left join viewed
        on
            videos.org = viewed.org
            and videos.course_key = viewed.course_key
            and videos.section_number = viewed.section_number
            and videos.subsection_number = viewed.subsection_number
),

levels as (
    select
        org,
        course_key,
        level.2 as section_subsection_name,
        level.1 as content_level,
        actor_id,
        multiIf(
            sum(viewed_count) = 0, 'No videos viewed yet',
            sum(viewed_count) = sum(item_count), 'All videos viewed',
            'At least one video viewed'
        ) as engagement,
        level.3 as block_id
    from subsections
    array join [
        tuple('subsection', subsection_with_name, subsection_block_id),
        tuple('section', section_with_name, section_block_id)
    ] as level
    where level.2 != ''
    group by org, course_key, actor_id, level
)

select
    levels.org as org,
    levels.course_key as course_key,
    levels.section_subsection_name as section_subsection_name,
    levels.content_level as content_level,
    levels.actor_id as actor_id,
    levels.engagement as section_subsection_video_engagement,
    levels.block_id as block_id,
    person.username as username,
    person.name as name,
    person.email as email
from levels
left any join {{ people() }} as person on levels.actor_id = person.actor_id
