{% macro statements(copies=false) -%}
  {#-
    Parsed statements with the fields below, for models that state xapi_events_all_parsed as what
    they read. In a unit test the fields are made of the rows given.
  -#}
  {%- set parsed = ref('xapi_events_all_parsed') -%}
  {%- if parsed.is_cte -%}
    ({{ with_fields('select * from ' ~ parsed, statement_fields()) }})
  {%- else -%}
    {{ parsed.incorporate(path={'identifier': parsed.identifier ~ ('_copies' if copies else '_fields')}) }}
  {%- endif -%}
{%- endmacro %}

{% macro show_copies() -%}
  {#- Beside a model over statements the same over every copy: for `post_hook`. -#}
  {%- do show(beside(this, '_copies'), sql | replace('_fields', '_copies')) -%}
{%- endmacro %}

{% macro copies_of(events) -%}
  {#-
    Such a model with the rows of replayed statements more than once, for sums that a repetition does
    not change: finding each row once (FINAL) costs several times as much as reading it.
  -#}
  {%- if events.is_cte -%}
    {{ events }}
  {%- else -%}
    {{ events.incorporate(path={'identifier': events.identifier ~ '_copies'}) }}
  {%- endif -%}
{%- endmacro %}

{% macro read_statements(raw) -%}
  {#-
    The columns of xapi_events_all_parsed, learners named as the LMS names them. The text is read once
    for them. What statement_fields() adds is read apart: few statements have it, and to name it all
    here makes planning each insert dearer than it saves.
  -#}
  select
      event_id,
      toLowCardinality(part.verb.id) as verb_id,
      multiIf(
          part.actor.account.name != '', part.actor.account.name,
          part.actor.mbox != '', part.actor.mbox,
          part.actor.mbox_sha1sum
      ) as actor_id,
      part.object.id as object_id,
      toLowCardinality(multiIf(
          part.context.contextActivities.parent[1].definition.type = 'http://adlnet.gov/expapi/activities/course',
          part.context.contextActivities.parent[1].id,
          part.context.contextActivities.parent[1].objectType in ('Activity', 'GroupActivity'),
          part.context.contextActivities.grouping[1].id,
          object_id
      )) as course_id,
      extract(course_id, '[^/]*$') as course_key,
      toLowCardinality(coalesce(
          get_org_from_course_url(course_id),
          get_org_from_ccx_course_url(course_id),
          ''
      )) as org,
      emission_time,
      event
  from (
      select
          event_id,
          emission_time,
          event,
          JSONExtract(event, 'Tuple(
              actor Tuple(account Tuple(name String), mbox String, mbox_sha1sum String),
              verb Tuple(id String),
              object Tuple(id String),
              context Tuple(contextActivities Tuple(
                  parent Array(Tuple(id String, objectType String, definition Tuple(type String))),
                  grouping Array(Tuple(id String))
              ))
          )') as part
      from {{ raw }}
  )
{%- endmacro %}

{% macro verb(name) -%}
  {#- The address of a verb that models look for. -#}
  {%- set homes = {
      'registered': 'http://adlnet.gov/expapi/verbs/',
      'unregistered': 'http://id.tincanapi.com/verb/',
      'earned': 'http://id.tincanapi.com/verb/',
      'evaluated': 'https://w3id.org/xapi/acrossx/verbs/',
      'paused': 'https://w3id.org/xapi/video/verbs/',
      'played': 'https://w3id.org/xapi/video/verbs/',
      'seeked': 'https://w3id.org/xapi/video/verbs/',
      'navigated': 'https://w3id.org/xapi/dod-isd/verbs/',
  } -%}
  '{{ homes.get(name, 'http://adlnet.gov/expapi/verbs/') }}{{ name }}'
{%- endmacro %}

{% macro verbs(names) -%}
  ({% for name in names %}{{ verb(name) }}{% if not loop.last %}, {% endif %}{% endfor %})
{%- endmacro %}

{% macro last_part(address) -%}
  splitByChar('/', toString({{ address }}))[-1]
{%- endmacro %}

{% macro whole_number(keys) -%}
  {#- A whole number or the text of one; a fraction is dropped; anything else is 0. -#}
  toInt64OrZero(extract(JSONExtract(event, {{ keys }}, 'String'), '^(-?[0-9]+)(?:[.][0-9]*)?$'))
{%- endmacro %}
