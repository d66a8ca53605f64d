{% macro xapi_database() -%}
  {{ env_var('ASPECTS_XAPI_DATABASE', 'xapi') }}
{%- endmacro %}

{% macro event_sink_database() -%}
  {{ env_var('ASPECTS_EVENT_SINK_DATABASE', 'event_sink') }}
{%- endmacro %}

{% macro retention(column='emission_time') -%}
  {#- When a row is dropped, by the time in a column; empty for never. -#}
  {{ env_var('ASPECTS_DATA_TTL_EXPRESSION', '') | replace('emission_time', column) }}
{%- endmacro %}
