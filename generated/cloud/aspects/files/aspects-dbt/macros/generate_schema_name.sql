{% macro generate_schema_name(custom_schema_name, node) -%}
  {#- A model's own database counts only in the target prod and for seeds. -#}
  {%- if custom_schema_name and (target.name == "prod" or node.resource_type == "seed") -%}
    {{ custom_schema_name | trim }}
  {%- else -%}
    {{ target.schema }}
  {%- endif -%}
{%- endmacro %}
