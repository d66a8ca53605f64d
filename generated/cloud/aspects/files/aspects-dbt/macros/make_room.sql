{% macro make_room() -%}
  {#-
    Take away what an earlier set of models left under our names and what would still run: insert
    triggers named X_mv that are not timers, feeds of models that are streamed no more, and tables
    and dictionaries where a view belongs. All of it is derived and is built again in this run.
  -#}
  {%- if execute and flags.WHICH in ('run', 'build') -%}
    {%- for node in graph.nodes.values() if node.resource_type == 'model' -%}
      {%- do clear_name(api.Relation.create(schema=node.schema, identifier=node.name), node.config.materialized) -%}
    {%- endfor -%}
  {%- endif -%}
{%- endmacro %}

{% macro clear_name(home, kind) -%}
  {%- set leftovers = ['_feed_a', '_feed_b', '_rows_a', '_rows_b'] if kind not in ('streamed', 'renewed') else [] -%}
  {%- set names = [home.identifier, home.identifier ~ '_mv'] -%}
  {%- for suffix in leftovers -%}
    {%- do names.append(home.identifier ~ suffix) -%}
  {%- endfor -%}
  {%- set stored = stored_objects(home, names) -%}
  {%- set timed = kind == 'refreshed' -%}
  {%- if (beside(home, '_mv').identifier in stored and not timed) or ' REFRESH ' not in stored.get(home.identifier ~ '_mv', {}).get('sql', ' REFRESH ') -%}
    {%- do drop_object(beside(home, '_mv'), stored[home.identifier ~ '_mv']) -%}
  {%- endif -%}
  {%- if kind == 'view' and stored.get(home.identifier, {}).get('engine', 'View') != 'View' -%}
    {%- do drop_object(home, stored[home.identifier]) -%}
  {%- endif -%}
  {%- for suffix in leftovers if home.identifier ~ suffix in stored -%}
    {%- do drop_object(beside(home, suffix), stored[home.identifier ~ suffix]) -%}
  {%- endfor -%}
{%- endmacro %}
