{#-
  A table that the server computes anew on a timer and swaps in at once.

  A reader sees the state of the last refresh, which depends only on the rows that were there, so
  arrival, splitting and replays cannot matter. Config: refresh ('EVERY 10 MINUTE'), randomize.
  On a cluster each replica keeps and refreshes its own copy, the first time at once.
-#}
{% materialization refreshed, adapter='clickhouse' %}
  {{ run_hooks(pre_hooks) }}
  {%- do get_assert_columns_equivalent(sql) -%}
  {%- set target = this.incorporate(type='table') -%}
  {%- set timer = beside(this, '_mv') -%}
  {%- set spare = beside(this, '__new') -%}
  {%- set stored = stored_objects(this, [this.identifier, timer.identifier, spare.identifier]) -%}
  {%- set there = stored.get(this.identifier, {}) -%}
  {%- set kept = there.get('comment') == mark(sql) and timer.identifier in stored
                 and not should_full_refresh() -%}
  {%- if not kept -%}
    {%- do drop_object(timer, stored.get(timer.identifier)) -%}
    {%- do drop_object(spare, stored.get(spare.identifier)) -%}
    {%- do create_storage(spare, mark(sql), stored_columns()) -%}
    {%- do fill_storage(spare, sql, stored_columns()) -%}
    {%- do take_place(spare, target, there) -%}
  {%- endif -%}
  {% call statement('main') -%}
    {%- if kept -%}
      alter table {{ timer }}{{ on_cluster() }} modify {{ timing() }}
    {%- else -%}
      create materialized view {{ timer }}{{ on_cluster() }} {{ timing() }} to {{ target }}{{ ' empty' if not on_cluster() | trim }} {{ definer() }} as {{ sql }}
    {%- endif -%}
  {%- endcall %}
  {{ run_hooks(post_hooks) }}
  {{ return({'relations': [target]}) }}
{% endmaterialization %}

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
