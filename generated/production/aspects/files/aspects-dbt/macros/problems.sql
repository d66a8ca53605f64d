{% macro get_problem_id(object_id) -%}
  {#- The key of a problem's block in an address: parts, answers and hints of it give the same. -#}
  regexpExtract({{ object_id }}, 'xblock/([^/]*@problem[+]block@[^_/]+)', 1)
{%- endmacro %}

{% macro padded_location(location, pad="char(8)") -%}
  {#-
    `1:2:3` with each number two wide, so that text sorts as numbers do. Byte 8 is what relations of
    the contract are padded with; browsers show it as a box, so that dashboards put a space there.
  -#}
  arrayStringConcat(arrayMap(part -> leftPad(part, 2, {{ pad }}), splitByChar(':', {{ location }})), ':')
{%- endmacro %}

{% macro location_of(name) -%}
  splitByString(' - ', {{ name }})[1]
{%- endmacro %}

{% macro name_of(name) -%}
  {#- What follows the first ` - `. -#}
  if(position({{ name }}, ' - ') = 0, '', substring({{ name }}, position({{ name }}, ' - ') + 3))
{%- endmacro %}

{% macro problem_number(object_id, name) -%}
  {#- Padded location and the part of the problem, `1` when it has no parts. -#}
  concat(
      {{ padded_location(location_of(name)) }},
      '_',
      coalesce(nullIf(extract({{ object_id }}, '@problem[+]block@[^_/]+_([0-9])'), ''), '1')
  )
{%- endmacro %}

{% macro answers(events) -%}
  {#-
    The first and the last answer of each learner to each part of each problem: one row, since both
    are found by reading the same answers.
  -#}
  {%- set noise = "<.*?hint.*?<\\\\/.*?hint>|</div>|<div>|\\\\[|\\\\]" -%}
  select
      * except (first, last),
      last.1 as attempts,
      last.2 as success,
      last.3 as emission_time,
      last.4 as responses,
      last.5 as scaled_score,
      first.2 as first_success,
      if(
          JSONType(first.1) = 'Array',
          arrayMap(
              item -> replaceRegexpAll(
                  if(JSONType(item) = 'String', JSONExtractString(item), item), '{{ noise }}', ''
              ),
              JSONExtractArrayRaw(first.1)
          ),
          [replaceRegexpAll(replaceRegexpAll(first.1, '{{ noise }}', ''), '",(\\s|)"', ',')]
      ) as first_items,
      least(first.3, last.3) as oldest
  from (
      select
          org,
          course_key,
          object_id,
          problem_id,
          actor_id,
          interaction_type,
          argMin(tuple(responses, success, emission_time), tuple(attempts, {{ moment() }})) as first,
          argMax(
              tuple(attempts, success, emission_time, responses, scaled_score),
              tuple(attempts, {{ moment() }})
          ) as last,
          max(events.emission_time) as latest
      from {{ events }} as events
      where verb_id = {{ verb('evaluated') }} and {{ touched() }}
      group by org, course_key, object_id, problem_id, actor_id, interaction_type
  )
{%- endmacro %}

{% macro kept_answers() -%}
  {#-
    What dim_learner_last_response keeps, for a model that states problem_events as what it reads. In
    a unit test it is made of the events given.
  -#}
  {%- set events = ref('problem_events') -%}
  {%- if events.is_cte -%}
    ({{ answers(events) }})
  {%- else -%}
    {{ kept_of(ref('dim_learner_last_response')) }}
  {%- endif -%}
{%- endmacro %}
