{#- What the materializations share: tables with a mark, and what is there already. -#}

{% macro stored_objects(relation, names) -%}
  {#- Name to {engine, comment, sql} of those of the names that exist. -#}
  {%- set query -%}
    select name, engine, comment, create_table_query from system.tables
    where database = '{{ relation.schema }}' and name in ('{{ names | join("', '") }}')
  {%- endset -%}
  {%- set found = {} -%}
  {%- for row in run_query(query).rows -%}
    {%- do found.update({row[0]: {'engine': row[1], 'comment': row[2], 'sql': row[3]}}) -%}
  {%- endfor -%}
  {{ return(found) }}
{%- endmacro %}

{% macro mark(sql) -%}
  {#- Changes whenever the stored rows must be computed anew; how long they are kept is set in place. -#}
  {%- set shape = [] -%}
  {%- for column in stored_columns() -%}
    {%- do shape.append(column.name ~ ' ' ~ column.type) -%}
    {#- who a learner is shown as may come from models that this one reads -#}
    {%- if column.name in ['actor_id', 'username'] -%}
      {%- do shape.append('personal data=' ~ personal_data()) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- for name in ['engine', 'order_by', 'primary_key', 'partition_by', 'codecs', 'keys', 'verbs', 'kept', 'expires', 'granule'] -%}
    {%- do shape.append(name ~ '=' ~ config.get(name, '')) -%}
  {%- endfor -%}
  {{ return(local_md5(sql ~ shape | join(';'))) }}
{%- endmacro %}

{% macro create_storage(relation, identity, columns) -%}
  {#- Create an empty table; its comment is the mark by which it is known again. -#}
  {%- set codecs = config.get('codecs', {}) -%}
  {%- set query -%}
    create table {{ relation }}{{ on_cluster() }} (
    {%- for column in columns %}
      `{{ column.name }}` {{ column.type }}
      {%- if column.name in codecs %} codec({{ codecs[column.name] }}){% endif %}
      {%- if not loop.last %},{% endif %}
    {%- endfor %}
    {%- for column in columns if column.name == 'seen' %},
      index seen seen type minmax
    {%- endfor %}
    ) engine = {{ config.get('engine', 'MergeTree()') }}
    {%- if config.get('partition_by') %} partition by {{ config.get('partition_by') }}{% endif %}
    {%- if config.get('primary_key') %} primary key {{ config.get('primary_key') }}{% endif %}
    order by {{ config.get('order_by', 'tuple()') }}
    {%- if config.get('ttl') %} ttl {{ config.get('ttl') }}{% endif %}
    {%- if config.get('granule') %} settings index_granularity = {{ config.get('granule') }}{% endif %}
    comment '{{ identity }}'
  {%- endset -%}
  {%- do run_query(query) -%}
{%- endmacro %}

{% macro fill_storage(relation, sql, columns) -%}
  {#- Repeated rows are left to the engine's merges: to look for them in each block costs more than they do. -#}
  {%- set query -%}
    insert into {{ relation }} ({{ column_names(columns) }})
    select {{ column_names(columns) }} from ({{ sql }})
    settings max_partitions_per_insert_block = 0, optimize_on_insert = 0
  {%- endset -%}
  {%- do run_query(query) -%}
{%- endmacro %}

{% macro shown_columns() -%}
  {#- Columns of the contract, which readers see. -#}
  {%- set columns = [] -%}
  {%- for column in model['columns'].values() -%}
    {%- do columns.append({'name': column['name'], 'type': column['data_type']}) -%}
  {%- endfor -%}
  {{ return(columns) }}
{%- endmacro %}

{% macro stored_columns() -%}
  {#- Those of the contract, some as another type (config `stored`), and those beside it. -#}
  {%- set columns = [] -%}
  {%- for column in shown_columns() -%}
    {%- do columns.append({'name': column.name, 'type': config.get('stored', {}).get(column.name, column.type)}) -%}
  {%- endfor -%}
  {{ return(columns + config.get('hidden', [])) }}
{%- endmacro %}

{% macro column_names(columns) -%}
  {%- set names = [] -%}
  {%- for column in columns -%}
    {%- do names.append('`' ~ column.name ~ '`') -%}
  {%- endfor -%}
  {{ return(names | join(', ')) }}
{%- endmacro %}

{% macro definer() -%}
  {#- Views act with the rights of dbt's user: who inserts needs none on what is filled. -#}
  definer = {{ adapter.quote(target.user) }} sql security definer
{%- endmacro %}

{% macro beside(relation, suffix) -%}
  {{ return(relation.incorporate(path={'identifier': relation.identifier ~ suffix}, type='table')) }}
{%- endmacro %}

{% macro drop_object(relation, stored) -%}
  {#- Drop what is stored under a name, whatever its kind. -#}
  {%- if stored -%}
    {%- set kind = 'dictionary' if stored.engine == 'Dictionary' else
                   'view' if stored.engine in ('View', 'MaterializedView') else 'table' -%}
    {%- do run_query('drop ' ~ kind ~ ' if exists ' ~ relation ~ on_cluster() ~ ' sync') -%}
  {%- endif -%}
{%- endmacro %}
