{% macro xapi_database() -%}
  {{ env_var('ASPECTS_XAPI_DATABASE', 'xapi') }}
{%- endmacro %}

{% macro event_sink_database() -%}
  {{ env_var('ASPECTS_EVENT_SINK_DATABASE', 'event_sink') }}
{%- endmacro %}

{% macro retention() -%}
  {#- When a row of the column emission_time is dropped; empty for never. -#}
  {{ env_var('ASPECTS_DATA_TTL_EXPRESSION', '') }}
{%- endmacro %}
