{% macro people() -%}
  {#-
    Names by actor_id, one row each, for a left any join.

    A model states dim_user_pii as what it reads; that relation has no user_id to decide between
    two people of one address, so the prepared look-up learner_names stands in for it. In a unit
    test it is made of the rows given.
  -#}
  {%- set pii = ref('dim_user_pii') -%}
  {%- if pii.is_cte -%}
    ({{ name_lookup(pii, 'username') }})
  {%- else -%}
    {{ pii.incorporate(path={'identifier': 'learner_names'}) }}
  {%- endif -%}
{%- endmacro %}

{% macro name_lookup(pii, rank) -%}
  select actor_id, found.1 as username, found.2 as name, found.3 as email
  from (
      select actor_id, argMax(tuple(username, name, email), {{ rank }}) as found
      from (
          select *, external_user_id as actor_id from {{ pii }}
          where not startsWith(external_user_id, 'mailto:')
          union all
          select *, concat('mailto:', email) as actor_id from {{ pii }} where email != ''
      )
      group by actor_id
  )
{%- endmacro %}

{% macro renewal_of_names() -%}
  {#- When names are computed anew; without personal data there are none, and nothing to look for. -#}
  {{ return('EVERY 1 DAY' if personal_data() == 'off' else 'EVERY ' ~ env_var('ASPECTS_PII_CACHE_LIFETIME', '120') ~ ' SECOND') }}
{%- endmacro %}
