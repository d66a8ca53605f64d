{#-
  A table that the server computes anew on a timer and swaps in at once.

  A reader sees the state of the last refresh, which depends only on the rows that were there, so
  arrival, splitting and replays cannot matter. Config: refresh ('EVERY 10 MINUTE'), randomize.
  The table and its timer stand in the database of dashboards, also for a model of another one, whose
  name is then a view: to swap a table in, the engine wants rights on the whole database, and no
  other one is dbt's own. So does a model that keeps columns as another type than its contract says
  (config `stored`: name to type); models read its rows by rows_of().
  On a cluster each replica keeps and refreshes its own copy, the first time at once.
-#}
{% materialization refreshed, adapter='clickhouse' %}
  {{ run_hooks(pre_hooks) }}
  {%- do get_assert_columns_equivalent(sql) -%}
  {%- set moved = this.schema != target.schema or config.get('stored') -%}
  {%- set home = this.incorporate(type='table') if not moved else
                 api.Relation.create(schema=target.schema, identifier=this.identifier ~ '_rows', type='table') -%}
  {%- set timer = beside(home, '_mv') -%}
  {%- set spare = beside(home, '__new') -%}
  {%- set stored = stored_objects(home, [home.identifier, timer.identifier, spare.identifier]) -%}
  {%- set there = stored.get(home.identifier, {}) -%}
  {%- set kept = there.get('comment') == mark(sql) and timer.identifier in stored
                 and not should_full_refresh() -%}
  {%- if not kept -%}
    {%- do drop_object(timer, stored.get(timer.identifier)) -%}
    {%- do drop_object(spare, stored.get(spare.identifier)) -%}
    {%- do create_storage(spare, mark(sql), stored_columns()) -%}
    {%- do fill_storage(spare, sql, stored_columns()) -%}
    {%- do take_place(spare, home, there) -%}
  {%- endif -%}
  {% call statement('main') -%}
    {%- if kept -%}
      alter table {{ timer }}{{ on_cluster() }} modify {{ timing() }}
    {%- else -%}
      create materialized view {{ timer }}{{ on_cluster() }} {{ timing() }} to {{ home }}{{ ' empty' if not on_cluster() | trim }} {{ definer() }} as {{ sql }}
    {%- endif -%}
  {%- endcall %}
  {%- if moved -%}
    {%- do show_elsewhere(home) -%}
  {%- endif -%}
  {{ run_hooks(post_hooks) }}
  {{ return({'relations': [this.incorporate(type='view' if moved else 'table')]}) }}
{% endmaterialization %}

{% macro show_elsewhere(home) -%}
  {#- Put a view of the table under the model's name, in place of what stands there. -#}
  {%- set stored = stored_objects(this, [this.identifier, this.identifier ~ '_mv']) -%}
  {%- do drop_object(beside(this, '_mv'), stored.get(this.identifier ~ '_mv')) -%}
  {%- if stored.get(this.identifier, {}).get('engine', 'View') != 'View' -%}
    {%- do drop_object(this, stored[this.identifier]) -%}
  {%- endif -%}
  {%- set shown = [] -%}
  {%- for column in shown_columns() -%}
    {%- set name = '`' ~ column.name ~ '`' -%}
    {%- do shown.append(
        'cast(' ~ name ~ ', \'' ~ column.type ~ '\') as ' ~ name if column.name in config.get('stored', {}) else name
    ) -%}
  {%- endfor -%}
  {%- do show(this, 'select ' ~ shown | join(', ') ~ ' from ' ~ home) -%}
{%- endmacro %}

{% macro timing() -%}
  refresh {{ config.require('refresh') }} randomize for {{ config.require('randomize') }}
{%- endmacro %}

{% macro take_place(spare, target, there) -%}
  {#- Put the new table under the model's name; readers see the old or the new one. -#}
  {%- if 'MergeTree' in there.get('engine', '') -%}
    {%- do run_query('exchange tables ' ~ spare ~ ' and ' ~ target ~ on_cluster()) -%}
    {%- do run_query('drop table ' ~ spare ~ on_cluster() ~ ' sync') -%}
  {%- else -%}
    {%- do drop_object(target, there) -%}
    {%- do run_query('rename table ' ~ spare ~ ' to ' ~ target ~ on_cluster()) -%}
  {%- endif -%}
{%- endmacro %}

{% macro rows_of(model) -%}
  {#-
    The rows of a model with config `stored`, for joins: a rule on the course passes to the other side
    of a join only where both keys have one type.
  -#}
  {%- if model.is_cte -%}
    {{ model }}
  {%- else -%}
    {{ api.Relation.create(schema=target.schema, identifier=model.identifier ~ '_rows') }}
  {%- endif -%}
{%- endmacro %}
