{{ config(
    materialized='refreshed',
    order_by='(course_key, block_id)',
    stored={'org': 'LowCardinality(String)', 'course_key': 'LowCardinality(String)'},
    refresh=env_var('ASPECTS_COURSE_STRUCTURE_REFRESH', 'EVERY 10 MINUTE'),
    randomize=env_var('ASPECTS_COURSE_STRUCTURE_REFRESH_RANDOMIZE', '30 SECOND'),
) }}
with blocks as (
    select
        courses.org as org,
        names.course_key as course_key,
        courses.course_name as course_name,
        courses.course_run as course_run,
        names.location as block_id,
        names.block_name as block_name,
        names.display_name_with_location as display_name_with_location,
        {{ location_of('display_name_with_location') }} as hierarchy_location,
        concat(splitByChar(':', hierarchy_location)[1], ':0:0') as section_number,
        concat(arrayStringConcat(arraySlice(splitByChar(':', hierarchy_location), 1, 2), ':'), ':0') as subsection_number,
        names.course_order as course_order,
        names.graded as graded
    from {{ ref('dim_course_block_names') }} as names
    inner join {{ ref('dim_course_names') }} as courses on names.course_key = courses.course_key
),

sections as (
    select
        org,
        course_key,
        hierarchy_location,
        argMin(tuple(block_id, display_name_with_location), tuple(course_order, block_id)) as found
    from blocks
    where block_id like '%@chapter+block@%'
    group by org, course_key, hierarchy_location
),

subsections as (
    select
        org,
        course_key,
        hierarchy_location,
        argMin(tuple(block_id, display_name_with_location), tuple(course_order, block_id)) as found
    from blocks
    where block_id like '%@sequential+block@%'
    group by org, course_key, hierarchy_location
)

select
    blocks.org as org,
    blocks.course_key as course_key,
    blocks.course_name as course_name,
    blocks.course_run as course_run,
    blocks.block_id as block_id,
    sections.found.1 as section_block_id,
    subsections.found.1 as subsection_block_id,
    blocks.block_name as block_name,
    blocks.section_number as section_number,
    blocks.subsection_number as subsection_number,
    blocks.hierarchy_location as hierarchy_location,
    blocks.display_name_with_location as display_name_with_location,
    blocks.course_order as course_order,
    blocks.graded as graded,
    multiIf(
        blocks.block_id like '%@chapter+block@%', 'section',
        blocks.block_id like '%@sequential+block@%', 'subsection',
        blocks.block_id like '%@vertical+block@%', 'unit',
        extract(blocks.block_id, '@([^+]+)[+]block@')
    ) as block_type,
    sections.found.2 as section_with_name,
    subsections.found.2 as subsection_with_name
from blocks
left join sections
    on
        blocks.org = sections.org
        and blocks.course_key = sections.course_key
        and blocks.section_number = sections.hierarchy_location
left join subsections
    on
        blocks.org = subsections.org
        and blocks.course_key = subsections.course_key
        and blocks.subsection_number = subsections.hierarchy_location
