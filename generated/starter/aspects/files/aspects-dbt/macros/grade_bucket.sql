{% macro grade_bucket(grade) -%}
  {#- Ten per cent wide, on the unrounded grade; the highest holds 100 %. -#}
  multiIf(
      {{ grade }} >= 0.9, '90-100%',
      {%- for tens in range(8, 0, -1) %}
      {{ grade }} >= 0.{{ tens }}, '{{ tens }}0-{{ tens }}9%',
      {%- endfor %}
      '0-9%'
  )
{%- endmacro %}
