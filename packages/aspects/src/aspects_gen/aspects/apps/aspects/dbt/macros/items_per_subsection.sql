{% macro items_per_subsection(kind) -%}
  {#- How many blocks of a kind each subsection has, graded or not; and its names. -#}
  select
      org,
      course_key,
      section_number,
      subsection_number,
      count() as item_count,
      any(section_block_id) as section_block_id,
      any(section_with_name) as section_with_name,
      any(subsection_block_id) as subsection_block_id,
      any(subsection_with_name) as subsection_with_name
  from {{ rows_of(ref('dim_course_blocks')) }}
  where block_id like '%@{{ kind }}+block@%'
  group by org, course_key, section_number, subsection_number
{%- endmacro %}
