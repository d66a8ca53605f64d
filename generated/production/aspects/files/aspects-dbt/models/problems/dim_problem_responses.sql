{{ config(materialized='refreshed', order_by='(course_key, block_id_short, response)') }}
{%- set noise = "<.*?hint.*?<\\\\/.*?hint>|</div>|<div>|\\\\[|\\\\]" %}
with first as (
    select
        org,
        course_key,
        object_id,
        problem_id,
        actor_id,
        interaction_type,
        argMin(tuple(responses, success), tuple(attempts, {{ moment() }})) as answer
    from {{ ref('problem_events') }}
    where verb_id = {{ verb('evaluated') }}
    group by org, course_key, object_id, problem_id, actor_id, interaction_type
),

items as (
    select
        * except (answer),
        answer.2 as success,
        arrayJoin(if(
            JSONType(answer.1) = 'Array',
            arrayMap(
                item -> replaceRegexpAll(
                    if(JSONType(item) = 'String', JSONExtractString(item), item), '{{ noise }}', ''
                ),
                JSONExtractArrayRaw(answer.1)
            ),
            [replaceRegexpAll(replaceRegexpAll(answer.1, '{{ noise }}', ''), '",(\\s|)"', ',')]
        )) as response
    from first
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
left any join {{ ref('dim_course_blocks') }} as blocks
    on items.course_key = blocks.course_key and items.problem_id = blocks.block_id
where items.response != ''
group by org, course_key, block_id_short, response, success, interaction_type, problem_number, problem_name_location
