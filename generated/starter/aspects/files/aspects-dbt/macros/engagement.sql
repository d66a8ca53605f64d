{#- How far learners came in each section and subsection, without their names: of which models make relations with them. -#}

{% macro page_engagement() -%}
  {#- How many of its pages a learner has seen. -#}
  with subsections as (
      select
          org,
          course_key,
          actor_id,
          section_with_name,
          section_block_id,
          subsection_with_name,
          subsection_block_id,
          page_count,
          count() as visited_count
      from {{ ref('fact_navigation_completion') }}
      group by all
  )

  select
      org,
      course_key,
      level.2 as section_subsection_name,
      level.1 as content_level,
      actor_id,
      section_with_name,
      multiIf(
          sum(visited_count) = 0, 'No pages viewed yet',
          sum(visited_count) = sum(page_count), 'All pages viewed',
          'At least one page viewed'
      ) as engagement
  from subsections
  {{ by_level() }}
  group by org, course_key, actor_id, level, section_with_name
{%- endmacro %}

{% macro problem_engagement() -%}
  {#- How many of its problems a learner has attempted. -#}
  with attempted as (
      select
          events.org as org,
          events.course_key as course_key,
          events.actor_id as actor_id,
          blocks.org as block_org,
          blocks.section_number as section_number,
          blocks.subsection_number as subsection_number,
          uniqExact(events.problem_id) as attempted_count
      from {{ kept_answers() }} as events
      inner join {{ rows_of(ref('dim_course_blocks')) }} as blocks
          on events.course_key = blocks.course_key and events.problem_id = blocks.block_id
      group by org, course_key, actor_id, block_org, section_number, subsection_number
  ),

  problems as ({{ items_per_subsection('problem') }}),

  labelled as (
      select
          attempted.org as org,
          attempted.course_key as course_key,
          attempted.actor_id as actor_id,
          problems.section_with_name as section_with_name,
          problems.section_block_id as section_block_id,
          problems.subsection_with_name as subsection_with_name,
          problems.subsection_block_id as subsection_block_id,
          multiIf(
              attempted.attempted_count = 0, 'No problems attempted yet',
              attempted.attempted_count = problems.item_count, 'All problems attempted',
              'At least one problem attempted'
          ) as engagement
      from attempted
      inner join problems
          on
              attempted.block_org = problems.org
              and attempted.course_key = problems.course_key
              and attempted.section_number = problems.section_number
              and attempted.subsection_number = problems.subsection_number
  )

  select distinct
      org,
      course_key,
      level.2 as section_subsection_name,
      section_with_name,
      level.1 as content_level,
      actor_id,
      engagement,
      level.3 as block_id
  from labelled
  {{ by_level() }}
{%- endmacro %}

{% macro video_engagement() -%}
  {#- How many of its videos a learner has watched. -#}
  with viewed as (
      select
          blocks.org as org,
          blocks.course_key as course_key,
          blocks.section_number as section_number,
          blocks.subsection_number as subsection_number,
          segments.actor_id as actor_id,
          uniqExact(blocks.block_id) as viewed_count
      from (
          select course_key, actor_id, splitByString('/xblock/', object_id)[-1] as block_id
          from {{ video_watchers() }}
      ) as segments
      inner join {{ rows_of(ref('dim_course_blocks')) }} as blocks
          on segments.course_key = blocks.course_key and segments.block_id = blocks.block_id
      group by org, course_key, section_number, subsection_number, actor_id
  ),

  videos as ({{ items_per_subsection('video') }}),

  subsections as (
      -- nobody's row of a subsection has no learner
      select
          videos.*,
          viewed.actor_id as actor_id,
          viewed.viewed_count as viewed_count
      from videos
      left join viewed
          on
              videos.org = viewed.org
              and videos.course_key = viewed.course_key
              and videos.section_number = viewed.section_number
              and videos.subsection_number = viewed.subsection_number
  )

  select
      org,
      course_key,
      level.2 as section_subsection_name,
      level.1 as content_level,
      actor_id,
      multiIf(
          sum(viewed_count) = 0, 'No videos viewed yet',
          sum(viewed_count) = sum(item_count), 'All videos viewed',
          'At least one video viewed'
      ) as engagement,
      level.3 as block_id
  from subsections
  {{ by_level() }}
  group by org, course_key, actor_id, level
{%- endmacro %}

{% macro by_level() -%}
  {#- The end of a FROM: each row once as `level` of its subsection and once of its section: (kind, name, block id). -#}
  array join [
      tuple('subsection', subsection_with_name, subsection_block_id),
      tuple('section', section_with_name, section_block_id)
  ] as level
  where level.2 != ''
{%- endmacro %}

{% macro engagement_for_charts(levels, measure) -%}
  {#-
    How far learners came, with what charts show and filter by. Names are those of a course's own
    learners, as in video_watches.

    levels: one of the above. measure: what the engagement is called.
  -#}
  select
      levels.org as org,
      levels.course_key as course_key,
      courses.course_name as course_name,
      courses.course_run as course_run,
      levels.actor_id as actor_id,
      people.username as username,
      people.name as name,
      people.email as email,
      people.learner_status as learner_status,
      levels.content_level as content_level,
      concat(
          {{ padded_location(location_of('levels.section_subsection_name'), pad="' '") }},
          ' - ',
          {{ name_of('levels.section_subsection_name') }}
      ) as section_subsection_name,
      levels.engagement as {{ measure }}
  from ({{ levels }}) as levels
  inner join {{ rows_of(ref('dim_course_names')) }} as courses on levels.course_key = courses.course_key
  left any join {{ ref('dim_course_learners') }} as people
      on levels.course_key = people.course_key and levels.actor_id = people.actor_id
{%- endmacro %}
