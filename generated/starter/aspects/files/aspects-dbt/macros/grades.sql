{#- What became of a learner in a course: the latest grade and the latest state, which the same statements say. -#}

{% macro course_results(events) -%}
  {#- One row for both. -#}
  select
      org,
      course_key,
      actor_id,
      graded,
      grade.1 as course_grade,
      grade.2 as graded_at,
      state.1 as approving_state,
      state.2 as stated_at,
      greatest(graded_at, stated_at) as latest,
      if(graded and approving_state != '', least(graded_at, stated_at), latest) as oldest
  from (
      select
          org,
          course_key,
          actor_id,
          toBool(countIf(grades) > 0) as graded,
          argMaxIf(tuple(scaled_score, emission_time), {{ moment() }}, grades) as grade,
          argMaxIf(tuple(approving_state, emission_time), {{ moment() }}, states) as state
      from (
          select
              *,
              object_id like '%/course/%'
              -- a passed or failed statement without a score is not a grade
              and not (verb_id in {{ verbs(['passed', 'failed']) }} and scaled_score = 0) as grades,
              approving_state != '' as states
          from {{ events }}
      )
      where (grades or states) and {{ touched() }}
      group by org, course_key, actor_id
  )
{%- endmacro %}

{% macro kept_results() -%}
  {#-
    What dim_learner_most_recent_course_grade keeps, for a model that states grading_events as what it
    reads. In a unit test it is made of the events given.
  -#}
  {%- set events = ref('grading_events') -%}
  {%- if events.is_cte -%}
    ({{ course_results(events) }})
  {%- else -%}
    {{ kept_of(ref('dim_learner_most_recent_course_grade')) }}
  {%- endif -%}
{%- endmacro %}
