{% macro keep_retention() -%}
  {#-
    Set how long rows are kept where that has changed, in place: no stored row is computed anew or
    rewritten. Views hide at once what is older; tables divided by month drop months as a whole.
  -#}
  {%- if execute and flags.WHICH in ('run', 'build') -%}
    {%- for node in graph.nodes.values() if node.resource_type == 'model' and node.config.get('ttl') is not none -%}
      {%- set home = api.Relation.create(schema=node.schema, identifier=node.name) -%}
      {%- set names = [node.name, node.name ~ '_rows_a', node.name ~ '_rows_b'] -%}
      {%- for name, stored in stored_objects(home, names).items() if 'MergeTree' in stored.engine -%}
        {%- do keep_rows_for(beside(home, name[node.name | length:]), node.config.get('ttl'), stored.sql) -%}
      {%- endfor -%}
    {%- endfor -%}
  {%- endif -%}
{%- endmacro %}

{% macro keep_rows_for(table, ttl, sql) -%}
  {%- set change = 'alter table ' ~ table ~ on_cluster() -%}
  {%- if not ttl | trim -%}
    {%- if ' TTL ' in sql -%}{%- do run_query(change ~ ' remove ttl') -%}{%- endif -%}
  {%- else -%}
    {%- set query -%} select formatQuerySingleLine('select {{ ttl }}') {%- endset -%}
    {%- set wanted = run_query(query).rows[0][0] | replace('SELECT ', ' TTL ') -%}
    {%- if wanted ~ ' ' not in sql ~ ' ' -%}
      {%- do run_query(change ~ ' modify ttl ' ~ ttl ~ ' settings materialize_ttl_after_modify = 0') -%}
    {%- endif -%}
    {%- if ' PARTITION BY ' in sql and 'ttl_only_drop_parts = 1' not in sql -%}
      {%- do run_query(change ~ ' modify setting ttl_only_drop_parts = 1') -%}
    {%- endif -%}
  {%- endif -%}
{%- endmacro %}
