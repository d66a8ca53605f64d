{% macro moment() -%}
  {#-
    Orders events in time, and those of one second by id, so that there is always one latest.
    The id's bytes order as its text does; the engine itself orders UUIDs by their second half.
  -#}
  tuple(emission_time, UUIDToNum(event_id))
{%- endmacro %}
