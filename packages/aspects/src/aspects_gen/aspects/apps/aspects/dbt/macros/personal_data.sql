{#- What readers learn of who a learner is. The mode is the value aspects.pii. -#}

{% macro personal_data() -%}
  {{ return(env_var('ASPECTS_PII', 'off')) }}
{%- endmacro %}

{% macro parse(raw) -%}
  {#-
    Parsed statements as readers may see them. Unless personal data is on, no address and no name
    that a statement gives its actor comes through; as pseudonyms, neither does the LMS's own id.
    What the actor is called is taken out of the text as well, and a text without an actor is left
    out: it cannot be searched for what does not belong. The raw table keeps it.
  -#}
  {%- if personal_data() == 'on' -%}
    {{ read_statements(raw) }}
  {%- else -%}
    select * except (shown, called) replace (
        shown as actor_id,
        multiIf(
            actor_id = '', if(JSONType(event) = 'Object', '{}', ''),
            called = '', {{ without_id('event') }},
            replaceAll({{ without_id('event') }}, concat('"', called, '"'), '""')
        ) as event
    )
    from (
        select
            *,
            {{ shown_id('actor_id') }} as shown,
            JSONExtractString(event, 'actor', 'name') as called
        from ({{ read_statements(raw) }})
    )
  {%- endif -%}
{%- endmacro %}

{% macro shown_id(id) -%}
  {#- The learner's id that readers see instead of the one in a statement. -#}
  {%- if personal_data() == 'pseudonym' -%}
    if({{ id }} = '', '', {{ pseudonym(id) }})
  {%- else -%}
    if(startsWith({{ id }}, 'mailto:'), lower(hex(SHA1(substring({{ id }}, 8)))), {{ id }})
  {%- endif -%}
{%- endmacro %}

{% macro without_id(text) -%}
  if(shown = actor_id, {{ text }}, replaceAll({{ text }}, if(startsWith(actor_id, 'mailto:'), substring(actor_id, 8), actor_id), shown))
{%- endmacro %}

{% macro pseudonym(id) -%}
  {#- 128 bits of a keyed hash, the key at both levels so that nothing can be appended. -#}
  lower(hex(substring(SHA256(concat({{ pseudonym_key() }}, SHA256(concat({{ pseudonym_key() }}, {{ id }})))), 1, 16)))
{%- endmacro %}

{% macro pseudonym_key() -%}
  {#- Read where it is used, so that it stands in no definition and no log; without it nothing is computed. -#}
  {%- set table = api.Relation.create(schema=event_sink_database() | trim, identifier='pseudonym_key') -%}
  assumeNotNull((select if(throwIf(count() != 1, 'the key of pseudonyms is missing') = 0, any(value), '') from {{ table }}))
{%- endmacro %}
