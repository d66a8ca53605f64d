{{ config(materialized='view') }}
select
    course_key,
    tag,
    newest.1 as course_name,
    newest.2 as taxonomy_name,
    newest.3 as lineage,
    newest.4 as tag_id
from (
    select
        courses.course_key as course_key,
        tags.value as tag,
        argMax(tuple(courses.course_name, taxonomies.name, tags.lineage, tags.id), tags.id) as newest
    from (
        select course_key, course_name, arrayJoin(JSONExtract(tags_str, 'Array(Int32)')) as tag_id
        from {{ ref('dim_course_names') }}
    ) as courses
    inner join {{ ref('dim_most_recent_tags') }} as tags on courses.tag_id = tags.id
    inner join {{ ref('dim_most_recent_taxonomies') }} as taxonomies on tags.taxonomy = taxonomies.id
    group by course_key, tag
)
