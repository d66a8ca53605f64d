{{ config(
    materialized='renewed',
    engine='ReplacingMergeTree()',
    order_by='(org, course_key, problem_id, actor_id, object_id, interaction_type)',
    keys=['org', 'course_key', 'actor_id'],
    verbs=['evaluated'],
    kept=[
        {'name': 'org', 'type': 'LowCardinality(String)'},
        {'name': 'course_key', 'type': 'LowCardinality(String)'},
        {'name': 'object_id', 'type': 'String'},
        {'name': 'problem_id', 'type': 'String'},
        {'name': 'actor_id', 'type': 'String'},
        {'name': 'interaction_type', 'type': 'LowCardinality(String)'},
        {'name': 'success', 'type': 'Bool'},
        {'name': 'items', 'type': 'Array(String)'},
        {'name': 'emission_time', 'type': 'DateTime'},
        {'name': 'latest', 'type': 'DateTime'},
    ],
    ttl=retention('latest'),
    expires=retention(),
) }}
{%- set noise = "<.*?hint.*?<\\\\/.*?hint>|</div>|<div>|\\\\[|\\\\]" %}
with items as (
    select * except (items), arrayJoin(items) as response
    from {% call kept() %}
        select
            * except (answer),
            answer.2 as success,
            answer.3 as emission_time,
            if(
                JSONType(answer.1) = 'Array',
                arrayMap(
                    item -> replaceRegexpAll(
                        if(JSONType(item) = 'String', JSONExtractString(item), item), '{{ noise }}', ''
                    ),
                    JSONExtractArrayRaw(answer.1)
                ),
                [replaceRegexpAll(replaceRegexpAll(answer.1, '{{ noise }}', ''), '",(\\s|)"', ',')]
            ) as items
        from (
            select
                org,
                course_key,
                object_id,
                problem_id,
                actor_id,
                interaction_type,
                argMin(tuple(responses, success, emission_time), tuple(attempts, {{ moment() }})) as answer,
                max(events.emission_time) as latest
            from {{ copies_of(ref('problem_events')) }} as events
            where verb_id = {{ verb('evaluated') }} and {{ touched() }}
            group by org, course_key, object_id, problem_id, actor_id, interaction_type
        )
    {% endcall %}
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
