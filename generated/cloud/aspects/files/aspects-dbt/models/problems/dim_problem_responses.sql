{{ config(materialized='view') }}
with items as (
    select org, course_key, object_id, problem_id, interaction_type, first_success as success, response
    from {{ kept_answers() }}
    array join first_items as response
)

select
    items.org as org,
    items.course_key as course_key,
    splitByChar('@', items.problem_id)[-1] as block_id_short,
    items.response as response,
    items.success as success,
    items.interaction_type as interaction_type,
    {{ problem_number('items.object_id', 'blocks.display_name_with_location') }} as problem_number,
    concat(problem_number, ' - ', {{ name_of('blocks.display_name_with_location') }}) as problem_name_location,
    count() as response_count
from items
left any join {{ rows_of(ref('dim_course_blocks')) }} as blocks
    on items.course_key = blocks.course_key and items.problem_id = blocks.block_id
where items.response != ''
group by org, course_key, block_id_short, response, success, interaction_type, problem_number, problem_name_location
