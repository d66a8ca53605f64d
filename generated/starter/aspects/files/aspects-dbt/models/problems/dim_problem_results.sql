{{ config(materialized='view') }}
select
    last.org as org,
    last.course_key as course_key,
    last.success as success,
    last.attempts as attempts,
    last.actor_id as actor_id,
    {{ problem_number('last.object_id', 'blocks.display_name_with_location') }} as problem_number,
    concat(problem_number, ' - ', {{ name_of('blocks.display_name_with_location') }}) as problem_name_location,
    splitByChar('@', last.problem_id)[-1] as block_id_short
from {{ ref('dim_learner_last_response') }} as last
left any join {{ rows_of(ref('dim_course_blocks')) }} as blocks
    on last.course_key = blocks.course_key and last.problem_id = blocks.block_id
