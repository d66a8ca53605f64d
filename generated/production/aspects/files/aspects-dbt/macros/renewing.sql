{#- The two marks by which a model's SELECT says what the materialization `renewed` keeps. -#}

{% macro kept() -%}
  {#- Around the part of a SELECT whose rows are stored; what is outside runs at each reading. -#}
  ({{ kept_begin() }}{{ caller() }}{{ kept_end() }})
{%- endmacro %}

{% macro kept_begin() -%} /* kept */ {%- endmacro %}

{% macro kept_end() -%} /* until here */ {%- endmacro %}

{% macro kept_of(model) -%}
  {#-
    What such a model keeps of a row, for readers that need nothing of what its view adds: joins are
    made even where no column of theirs is asked for. In a unit test the rows given.
  -#}
  {%- if model.is_cte -%}
    {{ model }}
  {%- else -%}
    {{ model.incorporate(path={'identifier': model.identifier ~ '_fields'}) }}
  {%- endif -%}
{%- endmacro %}

{% macro touched() -%}
  {#- Where the condition goes that leaves the rows of touched keys; all rows in a whole build. -#}
  true /* touched */
{%- endmacro %}

{% macro overlap() -%}
  {#- How long after it was parsed a statement may become visible and still be noticed. -#}
  interval {{ env_var('ASPECTS_ARRIVAL_OVERLAP', '10 MINUTE') }}
{%- endmacro %}

{% macro arrived_until() -%}
  {#-
    The moment up to which everything that arrived can be read here, but for the overlap. A replica
    that lags behind says by how much.
  -#}
  now64(6)
  {%- if env_var('CLICKHOUSE_CLUSTER_NAME', '') %} - toIntervalSecond(coalesce((
      select max(absolute_delay) from system.replicas where database = '{{ statements_home() }}'
  ), 0)){% endif %}
{%- endmacro %}

{% macro statements_home() -%}
  {{ generate_schema_name(xapi_database() | trim, model) | trim }}
{%- endmacro %}

{% macro since(rows) -%}
  {#-
    What arrived earlier than this is in the rows kept: the watermark is among them. Where no row is
    kept yet the newest is of 1970, and a DateTime before that would be one of 2106.
  -#}
  (select toDateTime(greatest(max(seen), toDateTime64('1971-01-01 00:00:00', 6))) - {{ overlap() }} from {{ rows }})
{%- endmacro %}
