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
  {#- The columns of xapi_events_all_parsed, learners named as the LMS names them; the text is read once for all that lies outside verb and object. -#}
  select
      event_id,
      toLowCardinality(JSONExtractString(event, 'verb', 'id')) as verb_id,
      multiIf(
          part.1.1.1 != '', part.1.1.1,
          part.1.2 != '', part.1.2,
          part.1.3
      ) as actor_id,
      JSONExtractString(event, 'object', 'id') as object_id,
      toLowCardinality(multiIf(
          part.2.1[1].3.1 = 'http://adlnet.gov/expapi/activities/course', part.2.1[1].1,
          part.2.1[1].2 in ('Activity', 'GroupActivity'), part.2.2[1].1,
          object_id
      )) as course_id,
      toLowCardinality(splitByChar('/', assumeNotNull(toString(course_id)))[-1]) as course_key,
      toLowCardinality(coalesce(
          get_org_from_course_url(toString(course_id)),
          get_org_from_ccx_course_url(toString(course_id)),
          ''
      )) as org,
      emission_time,
      event
  from (
      select
          event_id,
          emission_time,
          event,
          tuple(
              JSONExtract(event, 'actor', 'Tuple(account Tuple(name String), mbox String, mbox_sha1sum String)'),
              JSONExtract(event, 'context', 'contextActivities', 'Tuple(parent Array(Tuple(id String, objectType String, definition Tuple(type String))), grouping Array(Tuple(id String)))')
          ) as part
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
