{{ config(
    materialized='renewed',
    engine='ReplacingMergeTree()',
    order_by='(org, course_key, actor_id, block_id)',
    keys=['org', 'course_key', 'actor_id'],
    verbs=['navigated'],
    kept=[
        {'name': 'org', 'type': 'LowCardinality(String)'},
        {'name': 'course_key', 'type': 'LowCardinality(String)'},
        {'name': 'block_id', 'type': 'String'},
        {'name': 'actor_id', 'type': 'String'},
        {'name': 'emission_time', 'type': 'DateTime'},
    ],
    ttl=retention(),
) }}
with visits as (
    select org, course_key, block_id, actor_id, toDate(emission_time) as visited_on
    from {% call kept() %}
        select org, course_key, block_id, actor_id, max(navigation.emission_time) as emission_time
        from {{ copies_of(ref('navigation_events')) }} as navigation
        where {{ touched() }}
        group by org, course_key, block_id, actor_id
    {% endcall %}
),

pages as (
    select
        found.*,
        subsections.course_order as course_order
    from ({{ subsections_of_blocks('vertical') }}) as found
    left any join {{ rows_of(ref('dim_course_blocks')) }} as subsections
        on found.course_key = subsections.course_key and found.subsection_block_id = subsections.block_id
)

select
    visits.org as org,
    visits.course_key as course_key,
    visits.block_id as block_id,
    pages.course_order as course_order,
    visits.actor_id as actor_id,
    pages.item_count as page_count,
    pages.section_with_name as section_with_name,
    pages.subsection_with_name as subsection_with_name,
    visits.visited_on as visited_on,
    pages.subsection_block_id as subsection_block_id,
    pages.section_block_id as section_block_id
from visits
inner join pages on visits.course_key = pages.course_key and visits.block_id = pages.block_id
