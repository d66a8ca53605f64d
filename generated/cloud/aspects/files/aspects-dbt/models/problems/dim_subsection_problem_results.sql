{{ config(materialized='view') }}
with subsections as (
    -- problems may stand right below a section: then that is their subsection
    select
        org,
        course_key,
        hierarchy_location,
        argMin(
            tuple(block_id, display_name_with_location),
            tuple(block_id not like '%@sequential+block@%', course_order, block_id)
        ) as found
    from {{ rows_of(ref('dim_course_blocks')) }}
    where block_id like '%@sequential+block@%' or block_id like '%@chapter+block@%'
    group by org, course_key, hierarchy_location
)

select
    last.org as org,
    last.course_key as course_key,
    splitByChar('@', subsections.found.1)[-1] as block_id_short,
    last.problem_id as problem_id,
    {{ problem_number('last.object_id', 'blocks.display_name_with_location') }} as problem_number,
    concat(problem_number, ' - ', {{ name_of('blocks.display_name_with_location') }}) as problem_name_location,
    last.actor_id as actor_id,
    last.success as success,
    {{ padded_location('blocks.subsection_number') }} as subsection_number,
    if(
        subsections.found.1 = '',
        '',
        concat(subsection_number, ' - ', {{ name_of('subsections.found.2') }})
    ) as subsection_with_name,
    last.scaled_score as scaled_score
from {{ ref('dim_learner_last_response') }} as last
inner join {{ rows_of(ref('dim_course_blocks')) }} as blocks
    on last.course_key = blocks.course_key and last.problem_id = blocks.block_id
left join subsections
    on
        blocks.org = subsections.org
        and last.course_key = subsections.course_key
        and blocks.subsection_number = subsections.hierarchy_location
where last.graded
