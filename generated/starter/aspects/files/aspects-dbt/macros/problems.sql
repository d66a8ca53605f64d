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

{% macro attempted_problems() -%}
  {#-
    Who attempted which problem, for a model that states problem_events as what it reads: from the
    answers that dim_learner_last_response keeps, which are fewer. In a unit test they are found in
    the events given.
  -#}
  {%- set events = ref('problem_events') -%}
  {%- if events.is_cte -%}
    (select org, course_key, actor_id, problem_id from {{ events }} where verb_id = {{ verb('evaluated') }})
  {%- else -%}
    {{ kept_of(ref('dim_learner_last_response')) }}
  {%- endif -%}
{%- endmacro %}
