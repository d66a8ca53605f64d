{% macro week_ago() -%}
  {#- The moment that divides active learners from those away; a unit test sets its own. -#}
  now() - interval 7 day
{%- endmacro %}
