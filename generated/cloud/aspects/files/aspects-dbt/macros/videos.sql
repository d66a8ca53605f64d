{% macro learner_video_columns() -%}
  {{ return([
      {'name': 'org', 'type': 'LowCardinality(String)'},
      {'name': 'course_key', 'type': 'LowCardinality(String)'},
      {'name': 'actor_id', 'type': 'String'},
      {'name': 'object_id', 'type': 'String'},
      {'name': 'watched', 'type': 'Array(Tuple(first Int64, last Int64, duration Int64))'},
      {'name': 'video_duration', 'type': 'Int64'},
      {'name': 'watched_seconds', 'type': 'UInt64'},
      {'name': 'rewatched_seconds', 'type': 'UInt64'},
      {'name': 'max_views', 'type': 'UInt64'},
      {'name': 'oldest', 'type': 'DateTime'},
      {'name': 'emission_time', 'type': 'DateTime'},
  ]) }}
{%- endmacro %}

{% macro learner_videos(playbacks) -%}
  {#-
    A row for each learner and video: the intervals watched, and what charts ask of them.

    oldest is the start of the first interval, emission_time the latest moment: what retention
    looks at.
  -#}
  select
      org,
      course_key,
      actor_id,
      object_id,
      cast(
          arrayMap(run -> tuple(greatest(toInt64(run[1].3), 1), toInt64(run[-1].3), run[1].5), runs),
          'Array(Tuple(first Int64, last Int64, duration Int64))'
      ) as watched,
      arrayMax(watched.duration) as video_duration,
      {{ ends_of('watched') }} as ends,
      -- from one end to the next, every second is watched as often
      arrayPopFront(arrayDifference(ends.1)) as lengths,
      arrayPopBack(arrayCumSum(ends.2)) as times,
      toUInt64(arraySum((length, views) -> if(views > 0, length, 0), lengths, times)) as watched_seconds,
      toUInt64(arraySum((length, views) -> if(views > 1, length, 0), lengths, times)) as rewatched_seconds,
      toUInt64(arrayMax(times)) as max_views,
      if(empty(runs), latest, arrayMin(run -> run[1].1, runs)) as oldest,
      latest as emission_time
  from (
      select
          org,
          course_key,
          actor_id,
          object_id,
          max(emission_time_long) as latest,
          -- what a learner did with a video, cut before each start: a start with all that ended it
          arrayFilter(
              -- a nonsensical position must not make millions of rows: no video lasts longer than a day
              run -> run[1].2 and not run[-1].2 and run[-1].3 > run[1].3 and run[-1].3 - run[1].3 <= 86400,
              arraySplit(
                  event -> event.2,
                  arrayCompact(arraySort(groupArray(tuple(
                      emission_time_long,
                      verb_id = {{ verb('played') }},
                      video_position,
                      UUIDToNum(event_id),
                      video_duration
                  ))))
              )
          ) as runs
      from {{ playbacks }}
      where verb_id != {{ verb('initialized') }} and {{ touched() }}
      group by org, course_key, actor_id, object_id
  )
{%- endmacro %}

{% macro video_watchers() -%}
  {#-
    Who watched which video: from the rows that fact_video_segments keeps, in which seconds are not
    yet apart. In a unit test they are found in the segments given.
  -#}
  {%- set segments = ref('fact_video_segments') -%}
  {%- if segments.is_cte -%}
    (select distinct course_key, actor_id, object_id from {{ segments }})
  {%- else -%}
    (
        select course_key, actor_id, object_id
        from {{ kept_of(segments) }}
        where watched_seconds > 0
    )
  {%- endif -%}
{%- endmacro %}

{% macro seconds_of(watched) -%}
  {#- Seconds that intervals cover, and how often. -#}
  arrayReduce(
      'sumMap',
      arrayMap(part -> range(part.first, part.last + 1), {{ watched }}),
      arrayMap(part -> arrayWithConstant(part.last + 1 - part.first, toUInt64(1)), {{ watched }})
  )
{%- endmacro %}

{% macro ends_of(watched) -%}
  {#-
    Where intervals begin (1) and are over (-1), in order: summed up, how often a second is watched.
    Unlike seconds they are few, however long the intervals.
  -#}
  arraySort(arrayConcat(
      arrayMap(part -> tuple(part.1, toInt64(1)), {{ watched }}),
      arrayMap(part -> tuple(part.2 + 1, toInt64(-1)), {{ watched }})
  ))
{%- endmacro %}

{% macro learner_intervals(condition, among='') -%}
  {#-
    What each learner watched of each video, as intervals, from the rows that fact_video_segments
    keeps. In a unit test the seconds given are its intervals.

    among: learners in courses {org, course_key, actor_id} to keep to; a rule on a course reaches
      them too, unlike those of an IN.
  -#}
  {%- set segments = ref('fact_video_segments') -%}
  {%- set joined = 'inner join (' ~ among ~ ') as learners using (org, course_key, actor_id)' if among else '' -%}
  {%- if segments.is_cte -%}
    select
        org, course_key, object_id, actor_id,
        max(segments.video_duration) as duration,
        arrayFlatten(groupArray(
            arrayWithConstant(watch_count, tuple(watched_segment, watched_segment))
        )) as watched,
        now() as first_seen,
        now() as last_seen
    from {{ segments }} as segments {{ joined }}
    where {{ condition }}
    group by org, course_key, object_id, actor_id
  {%- else -%}
    select
        org, course_key, object_id,
        video_duration as duration,
        watched,
        oldest as first_seen,
        emission_time as last_seen
    from {{ kept_of(segments) }} as segments {{ joined }}
    where {{ condition }}
  {%- endif -%}
{%- endmacro %}

{% macro video_changes(intervals) -%}
  {#-
    The seconds of each video at which a count changes, and by how much: a learner brings two of them
    for each interval watched, however long it is.
  -#}
  select
      org,
      course_key,
      object_id,
      max(duration) as video_duration,
      sumMap(
          ends.1,
          arrayMap((now, before) -> toInt64(now > 0) - toInt64(before > 0), times, earlier),
          arrayMap((now, before) -> toInt64(now = 1) - toInt64(before = 1), times, earlier),
          arrayMap((now, before) -> if(now > 1, now, 0) - if(before > 1, before, 0), times, earlier)
      ) as changes,
      min(first_seen) as oldest,
      max(last_seen) as emission_time
  from (
      select
          *,
          {{ ends_of('watched') }} as ends,
          arrayCumSum(ends.2) as times,
          arrayPopBack(arrayPushFront(times, 0)) as earlier
      from ({{ intervals }})
  )
  group by org, course_key, object_id
{%- endmacro %}

{% macro seconds_of_changes(changes) -%}
  {#-
    A row for each second that somebody watched: how many learners did, once or how often. A rule on
    the course passes through ARRAY JOIN, unlike through arrayJoin().
  -#}
  select
      org,
      course_key,
      object_id,
      video_duration,
      watched_segment,
      toUInt64(run.3.1) as learners,
      toUInt64(run.3.2) as views_once,
      toUInt64(run.3.3) as views_again
  from (
      select org, course_key, object_id, video_duration, run
      from {{ changes }}
      array join arrayZip(
          arrayPopBack(changes.1),
          arrayPopFront(changes.1),
          arrayPopBack(arrayZip(
              arrayCumSum(changes.2), arrayCumSum(changes.3), arrayCumSum(changes.4)
          ))
      ) as run
      where run.3.1 > 0
  )
  array join range(run.1, run.2) as watched_segment
{%- endmacro %}

{% macro video_names(video) -%}
  {#- Columns that say which video an address is of, from its block. -#}
  splitByChar('@', blocks.block_id)[-1] as block_id,
  blocks.section_with_name as section_with_name,
  blocks.subsection_with_name as subsection_with_name,
  concat(
      {{ padded_location(location_of('blocks.display_name_with_location'), pad="' '") }},
      ' - ',
      {{ name_of('blocks.display_name_with_location') }}
  ) as video_name_location,
  concat(
      '<a href="',
      encodeXMLComponent({{ video }}.object_id),
      '" target="_blank">',
      encodeXMLComponent(blocks.display_name_with_location),
      '</a>'
  ) as video_link
{%- endmacro %}

{% macro video_block(video) -%}
  {#- The join of a video's address with its block. -#}
  inner join {{ rows_of(ref('dim_course_blocks')) }} as blocks
      on
          {{ video }}.course_key = blocks.course_key
          and splitByString('/xblock/', {{ video }}.object_id)[-1] = blocks.block_id
{%- endmacro %}

{% macro named_seconds(seconds) -%}
  {#- Seconds of videos with the names of video and course; a rule on the course reaches all that is joined. -#}
  select
      seconds.org as org,
      seconds.course_key as course_key,
      blocks.course_name as course_name,
      blocks.course_run as course_run,
      seconds.object_id as object_id,
      {{ video_names('seconds') }},
      seconds.video_duration as video_duration,
      seconds.watched_segment as segment_start,
      formatDateTime(toDateTime(seconds.watched_segment, 'UTC'), '%H:%i:%S', 'UTC') as time_stamp,
      seconds.learners as learners,
      seconds.views_once as views_once,
      seconds.views_again as views_again
  from {{ seconds }} as seconds
  {{ video_block('seconds') }}
{%- endmacro %}
