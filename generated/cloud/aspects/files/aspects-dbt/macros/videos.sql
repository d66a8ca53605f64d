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
      length(seconds.1) as watched_seconds,
      arrayCount(times -> times > 1, seconds.2) as rewatched_seconds,
      arrayMax(seconds.2) as max_views,
      {{ seconds_of('watched') }} as seconds,
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
        from {{ segments.incorporate(path={'identifier': segments.identifier ~ '_fields'}) }}
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
