{#-
  One row per statement, parsed as it is inserted, and read without duplicates.

  A materialized view parses each inserted block of the raw table into a table that replaces equal
  keys; the model's name is a view that reads it with FINAL, so replays are invisible before any
  merge. The model's SELECT must be a filter and projection of single rows, or make states that
  the table's engine merges.

  Config hidden: columns {name, type, expression} that are stored besides those of the contract.
  Config granule: rows between two marks of the primary key, 8192 if left out; with fewer, finding
  what some learners did reads less of what others did.

  Other models read them from X_fields (every row once) or X_copies (replayed rows more than once,
  but quick to search); both are made here.

  The table exists twice for the time of a rebuild (X_rows_a, X_rows_b): the new one is fed live
  before history is copied into it, then the view changes over. Nothing is missed, and a run
  killed at any point leaves the old one in use.
-#}
{% materialization streamed, adapter='clickhouse' %}
  {{ run_hooks(pre_hooks) }}
  {%- do get_assert_columns_equivalent(sql) -%}
  {%- set whole = with_fields(sql, config.get('hidden', []), rebuilding=true) -%}
  {%- set sql = with_fields(sql, config.get('hidden', [])) -%}
  {%- set reader = this.incorporate(type='view') -%}
  {%- set names = [this.identifier] -%}
  {%- for slot in ['a', 'b'] -%}
    {%- do names.extend([this.identifier ~ '_rows_' ~ slot, this.identifier ~ '_feed_' ~ slot]) -%}
  {%- endfor -%}
  {%- set stored = stored_objects(this, names) -%}
  {%- set current = slot_in_use(this.identifier, stored.get(this.identifier, {})) -%}
  {%- set rows = stored.get(this.identifier ~ '_rows_' ~ current, {}) -%}
  {%- set fed = stored.get(this.identifier ~ '_feed_' ~ current) -%}
  {%- if not should_full_refresh() and fed and rows.get('comment') == mark(sql) -%}
    {%- set slot = current -%}
  {%- else -%}
    {%- set slot = 'b' if current == 'a' else 'a' -%}
    {%- do clear_slot(slot, stored) -%}
    {%- do build_slot(slot, sql, whole) -%}
  {%- endif -%}
  {%- if stored.get(this.identifier, {}).get('engine', 'View') != 'View' -%}
    {%- do drop_object(this, stored[this.identifier]) -%}
  {%- endif -%}
  {%- if config.get('hidden') -%}
    {%- do show(beside(this, '_fields'), reading(slot, stored_columns())) -%}
    {%- do show(beside(this, '_copies'), reading(slot, stored_columns(), once=false)) -%}
  {%- endif -%}
  {% call statement('main') -%}
    create or replace view {{ reader }}{{ on_cluster() }} as {{ reading(slot, shown_columns()) }}
  {%- endcall %}
  {%- do clear_slot('a' if slot == 'b' else 'b', stored) -%}
  {{ run_hooks(post_hooks) }}
  {{ return({'relations': [reader]}) }}
{% endmaterialization %}

{% macro slot_in_use(name, view) -%}
  {#- The slot that a view reads. -#}
  {%- set sql = view.get('sql', '') -%}
  {{ return('a' if name ~ '_rows_a' in sql else 'b' if name ~ '_rows_b' in sql else '') }}
{%- endmacro %}

{% macro clear_slot(slot, stored) -%}
  {#- The feed goes first: without its table every insert would fail. -#}
  {%- for part in ['_feed_', '_rows_'] -%}
    {%- do drop_object(beside(this, part ~ slot), stored.get(this.identifier ~ part ~ slot)) -%}
  {%- endfor -%}
{%- endmacro %}

{% macro build_slot(slot, sql, whole) -%}
  {%- set rows = beside(this, '_rows_' ~ slot) -%}
  {%- do create_storage(rows, mark(sql), stored_columns()) -%}
  {%- set feed -%}
    create materialized view {{ beside(this, '_feed_' ~ slot) }}{{ on_cluster() }} to {{ rows }} {{ definer() }} as {{ sql }}
  {%- endset -%}
  {%- do run_query(feed) -%}
  {%- do fill_storage(rows, whole, stored_columns()) -%}
{%- endmacro %}

{% macro show(relation, sql) -%}
  {%- do run_query('create or replace view ' ~ relation ~ on_cluster() ~ ' as ' ~ sql) -%}
{%- endmacro %}

{% macro with_fields(sql, fields, rebuilding=false) -%}
  {%- if not fields -%}{{ return(sql) }}{%- endif -%}
  {%- set query -%}
    select *
    {%- for field in fields %}, {{ field.rebuilt if rebuilding and field.rebuilt else field.expression }} as {{ field.name }}{% endfor %}
    from ({{ sql }})
  {%- endset -%}
  {{ return(query) }}
{%- endmacro %}

{% macro reading(slot, columns, once=true) -%}
  {%- set ttl = config.get('ttl') -%}
  select {{ column_names(columns) }} from {{ beside(this, '_rows_' ~ slot) }}
  {%- if once %} final{% endif %}
  {%- if ttl %} where {{ ttl }} > now(){% endif %}
  {%- if once %} settings do_not_merge_across_partitions_select_final = 1{% endif %}
{%- endmacro %}
