{% macro on_cluster() -%}
  {#- The clause that repeats a statement on every replica, or nothing. -#}
  {%- set cluster = env_var('CLICKHOUSE_CLUSTER_NAME', '') -%}
  {%- if cluster %} on cluster "{{ cluster }}"{% endif -%}
{%- endmacro %}

{% macro engine(name) -%}
  {#- A table engine, replicated where there is a cluster. Replica paths are the server's default. -#}
  {%- if env_var('CLICKHOUSE_CLUSTER_NAME', '') %}Replicated{% endif %}{{ name }}
{%- endmacro %}
