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

{% macro subsections_of_blocks(kind) -%}
  {#-
    The subsection of each block, with how many blocks of a kind it has. Blocks are few beside the
    rows of learners: they are brought together first, so that those rows are joined once.
  -#}
  select
      blocks.course_key as course_key,
      blocks.block_id as block_id,
      items.org as block_org,
      items.section_number as section_number,
      items.subsection_number as subsection_number,
      items.item_count as item_count,
      items.section_block_id as section_block_id,
      items.section_with_name as section_with_name,
      items.subsection_block_id as subsection_block_id,
      items.subsection_with_name as subsection_with_name
  from {{ rows_of(ref('dim_course_blocks')) }} as blocks
  inner join ({{ items_per_subsection(kind) }}) as items
      on
          blocks.org = items.org
          and blocks.course_key = items.course_key
          and blocks.section_number = items.section_number
          and blocks.subsection_number = items.subsection_number
{%- endmacro %}
