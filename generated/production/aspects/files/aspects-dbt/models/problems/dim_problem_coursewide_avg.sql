{{ config(
    materialized='renewed',
    engine='ReplacingMergeTree()',
    order_by='(org, course_key, problem_id)',
    keys=['org', 'course_key', 'problem_id'],
    follows='dim_learner_last_response',
    kept=[
        {'name': 'org', 'type': 'LowCardinality(String)'},
        {'name': 'course_key', 'type': 'LowCardinality(String)'},
        {'name': 'problem_id', 'type': 'String'},
        {'name': 'correct_attempts', 'type': 'Float32'},
        {'name': 'incorrect_attempts', 'type': 'Float32'},
        {'name': 'correct', 'type': 'UInt64'},
        {'name': 'answered', 'type': 'UInt64'},
        {'name': 'oldest', 'type': 'DateTime'},
        {'name': 'emission_time', 'type': 'DateTime'},
    ],
    ttl=retention(),
    expires=retention('oldest'),
) }}
with coursewide as (
    select *
    from {% call kept() %}
        select
            org,
            course_key,
            problem_id,
            toFloat32(avg(if(success, attempts, 0))) as correct_attempts,
            toFloat32(avg(if(success, 0, attempts))) as incorrect_attempts,
            countIf(success) as correct,
            count() as answered,
            min(answers.emission_time) as oldest,
            max(answers.emission_time) as emission_time
        from {{ kept_of(ref('dim_learner_last_response')) }} as answers
        where {{ touched() }}
        group by org, course_key, problem_id
    {% endcall %}
)

select
    last.org as org,
    last.course_key as course_key,
    last.course_order as course_order,
    last.problem_link as problem_link,
    last.graded as graded,
    last.actor_id as actor_id,
    last.problem_id as problem_id,
    coursewide.correct_attempts as avg_correct_attempts_coursewide,
    coursewide.incorrect_attempts as avg_incorrect_attempts_coursewide,
    toFloat32(coursewide.correct / coursewide.answered) as coursewide_percent_correct,
    toInt16(if(last.success, last.attempts, 0)) as correct_attempts_by_learner,
    toInt16(if(last.success, 0, last.attempts)) as incorrect_attempts_by_learner,
    toFloat32(coursewide.correct / coursewide.answered) as selected_learner_percent_correct,
    toFloat32(1 - coursewide.correct / coursewide.answered) as selected_learner_percent_incorrect
from {{ ref('dim_learner_last_response') }} as last
inner join coursewide
    on
        last.org = coursewide.org
        and last.course_key = coursewide.course_key
        and last.problem_id = coursewide.problem_id
