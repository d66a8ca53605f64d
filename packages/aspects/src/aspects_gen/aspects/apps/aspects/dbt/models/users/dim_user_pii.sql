-- depends_on: {{ ref('learner_names') }}
{{ config(materialized='view') }}
select external_user_id, username, name, email
from {{ ref('user_pii') }}
