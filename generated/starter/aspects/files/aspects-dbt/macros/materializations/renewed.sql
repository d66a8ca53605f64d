{#-
  A table that the server brings up to date on a timer, at the cost of what has changed.

  The model's SELECT marks with kept() the part that is stored. A refresh finds the keys of which
  statements arrived since the last one, computes their rows anew from all their statements, and
  appends them; the table's engine lets the newest row of a key count. So a refresh may be late,
  early, killed or repeated: what is read depends only on the statements that were there.

  Config:
    keys: columns that statements and rows share; rows of touched keys are computed anew. Empty:
      only new statements are read, and the engine merges states.
    verbs: verbs whose statements touch a key; empty for all.
    kept: columns {name, type} of the rows, where they are not those of the contract.
    follows: a model of this kind whose rows touch keys, instead of statements.
    expires: when retention changes a row that lasts: an expression of its columns.
    refresh, randomize, engine, order_by, ttl: as in the other materializations.

  Models read rows from X_fields (each once) or X_copies (those replaced too, but quick to search).

  The watermark is the column seen of the rows, the same in all that one refresh wrote. A refresh is
  written as one part, so that it is there wholly or not at all, and with it the watermark.
  On a cluster each replica keeps rows of its own.
-#}
{% materialization renewed, adapter='clickhouse' %}
  {{ run_hooks(pre_hooks) }}
  {%- do get_assert_columns_equivalent(sql) -%}
  {%- set reader = this.incorporate(type='view') -%}
  {%- set rows = beside(this, '_fields') -%}
  {%- set names = [this.identifier, rows.identifier] -%}
  {%- for slot in ['a', 'b'] -%}
    {%- do names.extend([this.identifier ~ '_rows_' ~ slot, this.identifier ~ '_feed_' ~ slot]) -%}
  {%- endfor -%}
  {%- set stored = stored_objects(this, names) -%}
  {%- set current = slot_in_use(this.identifier, stored.get(rows.identifier, {})) -%}
  {%- set identity = mark(sql ~ source_identity() ~ touching(this)) -%}
  {%- set there = stored.get(this.identifier ~ '_rows_' ~ current, {}) -%}
  {%- set fed = stored.get(this.identifier ~ '_feed_' ~ current) -%}
  {%- if not should_full_refresh() and fed and there.get('comment') == identity -%}
    {%- set slot = current -%}
    {%- set change -%}
      alter table {{ beside(this, '_feed_' ~ slot) }}{{ on_cluster() }} modify {{ timing() }} append
    {%- endset -%}
    {%- do run_query(change) -%}
  {%- else -%}
    {%- set slot = 'b' if current == 'a' else 'a' -%}
    {%- do clear_slot(slot, stored) -%}
    {%- do keep_rows(slot, sql, identity) -%}
  {%- endif -%}
  {%- if stored.get(this.identifier, {}).get('engine', 'View') != 'View' -%}
    {%- do drop_object(this, stored[this.identifier]) -%}
  {%- endif -%}
  {%- do show(rows, reading(slot, kept_columns())) -%}
  {%- do show(beside(this, '_copies'), reading(slot, kept_columns(), once=false)) -%}
  {% call statement('main') -%}
    create or replace view {{ reader }}{{ on_cluster() }} as {{ finishing(sql, rows) }}
  {%- endcall %}
  {%- do clear_slot('a' if slot == 'b' else 'b', stored) -%}
  {{ run_hooks(post_hooks) }}
  {{ return({'relations': [reader]}) }}
{% endmaterialization %}

{% macro keep_rows(slot, sql, identity) -%}
  {%- set home = beside(this, '_rows_' ~ slot) -%}
  {%- set whole = stamped(kept_part(sql)) -%}
  {%- do create_storage(home, identity, kept_columns()) -%}
  {%- do fill_storage(home, whole, kept_columns()) -%}
  {%- set feed -%}
    create materialized view {{ beside(this, '_feed_' ~ slot) }}{{ on_cluster() }} {{ timing() }}
    append to {{ home }}{{ ' empty' if not on_cluster() | trim }} {{ definer() }} as
    select {{ column_names(kept_columns()) }} from ({{ whole | replace(touched(), touching(home)) }})
    settings {{ one_part() }}
  {%- endset -%}
  {%- do run_query(feed) -%}
{%- endmacro %}

{% macro one_part() -%}
  min_insert_block_size_rows = 1000000000000, min_insert_block_size_bytes = 0, max_insert_threads = 1
{%- endmacro %}

{% macro kept_part(sql) -%}
  {{ return(sql.split(kept_begin())[1].split(kept_end())[0]) }}
{%- endmacro %}

{% macro finishing(sql, rows) -%}
  {#- The model's SELECT with stored rows in the place of the part that makes them. -#}
  {%- set before = sql.split(kept_begin())[0] -%}
  {%- set after = sql.split(kept_end())[1] -%}
  {{ return(before ~ 'select * from ' ~ rows ~ after) }}
{%- endmacro %}

{% macro stamped(sql) -%}
  {%- set query -%}
    select *, {{ moment_of_news() }} as seen from ({{ sql }})
  {%- endset -%}
  {{ return(query) }}
{%- endmacro %}

{% macro moment_of_news() -%}
  {#-
    The watermark that a refresh leaves: all that arrived before it was there to be read. Rows of a
    followed model are written by one refresh after the other, so that their newest says it exactly,
    and nothing needs to be read twice.
  -#}
  {%- if config.get('follows') -%}
    (select max(seen) from {{ followed() }})
  {%- else -%}
    {{ arrived_until() }}
  {%- endif -%}
{%- endmacro %}

{% macro touching(home) -%}
  {#- The condition on a row's key, or on a statement where the engine merges states. -#}
  {%- set keys = config.get('keys', []) | join(', ') -%}
  {%- set news -%}
    {%- if config.get('follows') -%}
      seen > (select max(seen) from {{ home }})
    {%- else -%}
      seen >= {{ since(home) }}
    {%- endif -%}
    {%- if config.get('verbs') %} and verb_id in {{ verbs(config.get('verbs')) }}{% endif %}
  {%- endset -%}
  {%- if not keys -%}
    ({{ news }})
  {%- else -%}
    (({{ keys }}) in (
        select {{ keys }} from {{ followed() }} where {{ news }}
        {%- if config.get('expires') %}
        union distinct
        select {{ keys }} from {{ home }} where {{ config.get('expires') }} <= now()
        {%- endif %}
    ))
  {%- endif -%}
{%- endmacro %}

{% macro followed() -%}
  {%- if config.get('follows') -%}
    {{ api.Relation.create(schema=this.schema, identifier=config.get('follows') ~ '_copies') }}
  {%- else -%}
    {{ api.Relation.create(schema=statements_home(), identifier='xapi_events_all_parsed_copies') }}
  {%- endif -%}
{%- endmacro %}

{% macro source_identity() -%}
  {#- Changes when statements, or the rows that are followed, are built anew. -#}
  {%- set name = config.get('follows') or 'xapi_events_all_parsed' -%}
  {%- set home = this.schema if config.get('follows') else statements_home() -%}
  {%- set query -%}
    select uuid from system.tables
    where database = '{{ home }}' and name in ('{{ name }}_rows_a', '{{ name }}_rows_b') order by name
  {%- endset -%}
  {{ return(run_query(query).columns[0].values() | join(' ')) }}
{%- endmacro %}

{% macro kept_columns() -%}
  {%- set seen = {'name': 'seen', 'type': config.get('seen_type', 'DateTime64(6)')} -%}
  {{ return((config.get('kept') or shown_columns()) + [seen]) }}
{%- endmacro %}
