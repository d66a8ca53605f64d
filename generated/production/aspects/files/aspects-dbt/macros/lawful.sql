{#- Which statements count. The first reason that holds names a dead letter. -#}

{% macro largest_statement() -%} 1000000 {%- endmacro %}

{% macro known_verbs() -%}
  {#- Verbs that the LMS's event routing uses. -#}
  {{ return([
      'http://adlnet.gov/expapi/verbs/asked',
      'http://adlnet.gov/expapi/verbs/attempted',
      'http://adlnet.gov/expapi/verbs/completed',
      'http://adlnet.gov/expapi/verbs/failed',
      'http://adlnet.gov/expapi/verbs/initialized',
      'http://adlnet.gov/expapi/verbs/interacted',
      'http://adlnet.gov/expapi/verbs/passed',
      'http://adlnet.gov/expapi/verbs/progressed',
      'http://adlnet.gov/expapi/verbs/registered',
      'http://adlnet.gov/expapi/verbs/terminated',
      'http://id.tincanapi.com/verb/earned',
      'http://id.tincanapi.com/verb/unregistered',
      'http://id.tincanapi.com/verb/viewed',
      'https://w3id.org/xapi/acrossx/verbs/edited',
      'https://w3id.org/xapi/acrossx/verbs/evaluated',
      'https://w3id.org/xapi/acrossx/verbs/posted',
      'https://w3id.org/xapi/acrossx/verbs/reported',
      'https://w3id.org/xapi/dod-isd/verbs/deleted',
      'https://w3id.org/xapi/dod-isd/verbs/navigated',
      'https://w3id.org/xapi/openedx/verb/unreported',
      'https://w3id.org/xapi/openedx/verb/voted',
      'https://w3id.org/xapi/video/verbs/paused',
      'https://w3id.org/xapi/video/verbs/played',
      'https://w3id.org/xapi/video/verbs/seeked',
  ]) }}
{%- endmacro %}

{% macro attempt() -%}
  {#- The attempt's number of an evaluated statement; NULL when it is none. -#}
  toInt16OrNull(JSONExtract(event, 'object', 'definition', 'extensions', 'http://id.tincanapi.com/extension/attempt-id', 'String'))
{%- endmacro %}

{% macro multi_question() -%}
  {#- Parts of a multi-question problem never carry an attempt's number. -#}
  (JSONExtractString(event, 'object', 'objectType') = 'GroupActivity'
      or JSONExtractString(event, 'context', 'statement', 'id') != '')
{%- endmacro %}

{% macro has_success() -%}
  JSONExtractRaw(event, 'result', 'success') in ('true', 'false')
{%- endmacro %}

{% macro has_attempt() -%}
  (coalesce({{ attempt() }}, -1) >= 0 or {{ multi_question() }})
{%- endmacro %}

{% macro dead_letter_reason() -%}
  {#- Empty for a statement that counts. -#}
  multiIf(
      {#- a verb was read of an object, unless what readers see of it is not the text that was read -#}
      {%- if personal_data() == 'on' %}
      (verb_id = '' or not startsWith(event, '{')) and{% endif %} JSONType(event) != 'Object', 'invalid_json',
      length(event) > {{ largest_statement() }}, 'too_large',
      actor_id = '', 'missing_actor',
      verb_id = '', 'missing_verb',
      object_id = '', 'missing_object',
      verb_id not in ('{{ known_verbs() | join("', '") }}'), 'unknown_verb',
      verb_id != {{ verb('evaluated') }}, '',
      not {{ has_success() }}, 'missing_success',
      not {{ has_attempt() }}, 'missing_attempt',
      ''
  )
{%- endmacro %}
