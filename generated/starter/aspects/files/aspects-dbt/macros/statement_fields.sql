{% macro statement_fields() -%}
  {#-
    What models read from inside statements: stored beside xapi_events_all_parsed, so that a
    statement's text is read once, when it comes in. Each looks only into texts of its own verbs.
  -#}
  {%- set text = 'LowCardinality(String)' -%}
  {{ return([
      field('reason', text, dead_letter_reason()),
      field('enrollment_mode', text, of_verbs(['registered', 'unregistered'], "JSONExtractString(event, 'object', 'definition', 'extensions', 'https://w3id.org/xapi/acrossx/extensions/type')", "''")),
      field('scaled_score', 'Float32', 'toFloat32(' ~ of_verbs(['earned', 'evaluated', 'passed', 'failed', 'asked'], "JSONExtractFloat(event, 'result', 'score', 'scaled')", '0') ~ ')'),
      field('grade', text, of_verbs(['earned', 'evaluated', 'passed', 'failed'], "JSONExtractString(event, 'result', 'extensions', 'http://www.tincanapi.co.uk/activitytypes/grade_classification')", "''")),
      field('object_type', text, of_verbs(['navigated', 'passed', 'failed'], "JSONExtractString(event, 'object', 'definition', 'type')", "''")),
      field('starting_position', 'Int64', of_verbs(['navigated'], whole_number("'context', 'extensions', 'http://id.tincanapi.com/extension/starting-position'"), '0')),
      field('ending_point', 'String', of_verbs(['navigated'], scalar("event, 'context', 'extensions', 'http://id.tincanapi.com/extension/ending-point'"), "''")),
      field('responses', 'String', of_verbs(['evaluated', 'passed', 'asked'], "JSONExtractString(event, 'result', 'response')", "''")),
      field('success', 'Bool', 'toBool(' ~ of_verbs(['evaluated'], "JSONExtractBool(event, 'result', 'success')", 'false') ~ ')'),
      field('interaction_type', text, of_verbs(['evaluated', 'passed', 'asked'], "JSONExtractString(event, 'object', 'definition', 'interactionType')", "''")),
      field('attempts', 'Int16', of_verbs(['evaluated'], 'coalesce(' ~ attempt() ~ ', toInt16(1))', 'toInt16(0)')),
      field('video_time', 'Decimal(9, 2)', of_verbs(video_verbs(), video_time(), 'toDecimal32(0, 2)')),
      field('video_duration', 'Int64', of_verbs(video_verbs(), whole_number("'context', 'extensions', 'https://w3id.org/xapi/video/extensions/length'"), '0')),
      field('seen', 'DateTime', 'nowInBlock()', rebuilt='toDateTime(0)'),
  ]) }}
{%- endmacro %}

{% macro field(name, type, expression, rebuilt='') -%}
  {#- rebuilt: the expression for statements that were there before the table was. -#}
  {%- if type == 'LowCardinality(String)' -%}
    {%- set expression = 'toLowCardinality(' ~ expression ~ ')' -%}
  {%- endif -%}
  {{ return({'name': name, 'type': type, 'expression': expression | trim, 'rebuilt': rebuilt}) }}
{%- endmacro %}

{% macro of_verbs(names, expression, otherwise) -%}
  if(verb_id in {{ verbs(names) }}, {{ expression }}, {{ otherwise }})
{%- endmacro %}

{% macro video_verbs() -%}
  {{ return(['completed', 'initialized', 'terminated', 'paused', 'played', 'seeked']) }}
{%- endmacro %}

{% macro scalar(keys) -%}
  {#- Text as it is, a number as its text, otherwise nothing. -#}
  if(JSONType({{ keys }}) in ('String', 'Int64', 'UInt64', 'Double'), JSONExtract({{ keys }}, 'String'), '')
{%- endmacro %}

{% macro video_time() -%}
  {#- Position in seconds with two digits, the others cut off; 0 when it cannot be read. -#}
  {%- set extension = "event, 'result', 'extensions', 'https://w3id.org/xapi/video/extensions/" -%}
  toDecimal32OrZero(coalesce(
      nullIf(JSONExtract({{ extension }}time', 'String'), ''), JSONExtract({{ extension }}time-from', 'String')
  ), 2)
{%- endmacro %}
