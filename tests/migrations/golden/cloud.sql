CREATE DATABASE IF NOT EXISTS `xapi`;

CREATE DATABASE IF NOT EXISTS `openedx`;

CREATE DATABASE IF NOT EXISTS `event_sink`;

CREATE DATABASE IF NOT EXISTS `reporting`;

CREATE SETTINGS PROFILE IF NOT EXISTS `ch_report_profile` SETTINGS readonly = 2;

ALTER SETTINGS PROFILE `ch_report_profile` SETTINGS readonly = 2 CONST, max_execution_time = 60 MAX 60, max_result_rows = 1000000 MAX 1000000;

CREATE ROLE IF NOT EXISTS `ch_lrs_role`;

GRANT
  SELECT, INSERT ON `xapi`.`xapi_events_all`,
  SELECT ON `system`.`settings`
  TO `ch_lrs_role` WITH REPLACE OPTION;

CREATE ROLE IF NOT EXISTS `ch_cms_role`;

GRANT
  SELECT, INSERT ON `event_sink`.`course_overviews`,
  SELECT, INSERT ON `event_sink`.`course_blocks`,
  SELECT, INSERT ON `event_sink`.`course_relationships`,
  SELECT, INSERT ON `event_sink`.`course_enrollment`,
  SELECT ON `event_sink`.`user_profile`,
  SELECT ON `event_sink`.`external_id`,
  SELECT, INSERT ON `event_sink`.`tag`,
  SELECT, INSERT ON `event_sink`.`taxonomy`,
  SELECT, INSERT ON `event_sink`.`object_tag`,
  SELECT, INSERT ON `event_sink`.`load_test_runs`,
  SELECT, INSERT ON `event_sink`.`load_test_stats`,
  ALTER DELETE ON `event_sink`.`user_profile`,
  ALTER DELETE ON `event_sink`.`external_id`,
  ALTER DELETE ON `event_sink`.`course_enrollment`,
  SELECT ON `xapi`.`xapi_events_all`
  TO `ch_cms_role` WITH REPLACE OPTION;

CREATE ROLE IF NOT EXISTS `ch_report_role`;

GRANT
  SELECT, dictGet ON `reporting`.*,
  SELECT, dictGet ON `event_sink`.*,
  SELECT ON `xapi`.*,
  SELECT ON `system`.`disks`,
  SELECT ON `system`.`events`,
  SELECT ON `system`.`metrics`,
  SELECT ON `system`.`parts`,
  SELECT ON `system`.`query_log`,
  SELECT ON `system`.`replication_queue`,
  SELECT ON `system`.`view_refreshes`
  TO `ch_report_role` WITH REPLACE OPTION;

REVOKE SELECT ON `xapi`.`xapi_events_all` FROM `ch_report_role`;

REVOKE SELECT ON `event_sink`.`user_profile` FROM `ch_report_role`;

REVOKE SELECT ON `event_sink`.`external_id` FROM `ch_report_role`;

REVOKE SELECT ON `event_sink`.`course_enrollment` FROM `ch_report_role`;

REVOKE SELECT ON `event_sink`.`pseudonym_key` FROM `ch_report_role`;

REVOKE SELECT ON `event_sink`.`retiring_learners` FROM `ch_report_role`;

REVOKE SELECT ON `event_sink`.`aspects_data` FROM `ch_report_role`;

CREATE ROLE IF NOT EXISTS `ch_dbt_role`;

GRANT
  SELECT, INSERT, ALTER TABLE, ALTER VIEW, CREATE TABLE, CREATE VIEW, CREATE DICTIONARY, DROP TABLE, DROP VIEW, DROP DICTIONARY, TRUNCATE, OPTIMIZE, dictGet, SYSTEM VIEWS ON `xapi`.*,
  SELECT, INSERT, ALTER TABLE, ALTER VIEW, CREATE TABLE, CREATE VIEW, CREATE DICTIONARY, DROP TABLE, DROP VIEW, DROP DICTIONARY, TRUNCATE, OPTIMIZE, dictGet, SYSTEM VIEWS ON `event_sink`.*,
  SELECT, INSERT, ALTER TABLE, ALTER VIEW, CREATE TABLE, CREATE VIEW, CREATE DICTIONARY, DROP TABLE, DROP VIEW, DROP DICTIONARY, TRUNCATE, OPTIMIZE, dictGet, SYSTEM VIEWS ON `reporting`.*,
  SELECT ON `system`.`databases`,
  SELECT ON `system`.`tables`,
  SELECT ON `system`.`columns`,
  SELECT ON `system`.`parts`,
  SELECT ON `system`.`dictionaries`,
  SELECT ON `system`.`functions`
  TO `ch_dbt_role` WITH REPLACE OPTION;

REVOKE INSERT, ALTER TABLE, DROP TABLE, TRUNCATE ON `xapi`.`xapi_events_all` FROM `ch_dbt_role`;

REVOKE INSERT, ALTER TABLE, DROP TABLE, TRUNCATE ON `event_sink`.`course_overviews` FROM `ch_dbt_role`;

REVOKE INSERT, ALTER TABLE, DROP TABLE, TRUNCATE ON `event_sink`.`course_blocks` FROM `ch_dbt_role`;

REVOKE INSERT, ALTER TABLE, DROP TABLE, TRUNCATE ON `event_sink`.`course_relationships` FROM `ch_dbt_role`;

REVOKE INSERT, ALTER TABLE, DROP TABLE, TRUNCATE ON `event_sink`.`course_enrollment` FROM `ch_dbt_role`;

REVOKE INSERT, ALTER TABLE, DROP TABLE, TRUNCATE ON `event_sink`.`user_profile` FROM `ch_dbt_role`;

REVOKE INSERT, ALTER TABLE, DROP TABLE, TRUNCATE ON `event_sink`.`external_id` FROM `ch_dbt_role`;

REVOKE INSERT, ALTER TABLE, DROP TABLE, TRUNCATE ON `event_sink`.`tag` FROM `ch_dbt_role`;

REVOKE INSERT, ALTER TABLE, DROP TABLE, TRUNCATE ON `event_sink`.`taxonomy` FROM `ch_dbt_role`;

REVOKE INSERT, ALTER TABLE, DROP TABLE, TRUNCATE ON `event_sink`.`object_tag` FROM `ch_dbt_role`;

REVOKE INSERT, ALTER TABLE, DROP TABLE, TRUNCATE ON `event_sink`.`load_test_runs` FROM `ch_dbt_role`;

REVOKE INSERT, ALTER TABLE, DROP TABLE, TRUNCATE ON `event_sink`.`load_test_stats` FROM `ch_dbt_role`;

REVOKE INSERT, ALTER TABLE, DROP TABLE, TRUNCATE ON `event_sink`.`pseudonym_key` FROM `ch_dbt_role`;

CREATE ROLE IF NOT EXISTS `ch_migrations_role`;

GRANT
  SELECT, INSERT, ALTER TABLE, CREATE TABLE, OPTIMIZE, SYSTEM VIEWS ON `xapi`.*,
  SELECT, INSERT, ALTER TABLE, CREATE TABLE, OPTIMIZE, SYSTEM VIEWS ON `openedx`.*,
  SELECT, INSERT, ALTER TABLE, CREATE TABLE, OPTIMIZE, SYSTEM VIEWS ON `event_sink`.*,
  SELECT, INSERT, ALTER TABLE, CREATE TABLE, OPTIMIZE, SYSTEM VIEWS ON `reporting`.*,
  CREATE FUNCTION, DROP FUNCTION ON *.*,
  SELECT ON `system`.`databases`,
  SELECT ON `system`.`tables`,
  SELECT ON `system`.`columns`,
  SELECT ON `system`.`parts`,
  SELECT ON `system`.`dictionaries`,
  SELECT ON `system`.`functions`,
  SELECT ON `system`.`mutations`
  TO `ch_migrations_role` WITH REPLACE OPTION;

CREATE USER IF NOT EXISTS `ch_lrs` IDENTIFIED WITH sha256_hash BY '@sha256(lrs)@';

ALTER USER `ch_lrs` IDENTIFIED WITH sha256_hash BY '@sha256(lrs)@';

GRANT `ch_lrs_role` TO `ch_lrs` WITH REPLACE OPTION;

ALTER USER `ch_lrs` DEFAULT ROLE `ch_lrs_role` SETTINGS NONE;

REVOKE ALL ON *.* FROM `ch_lrs`;

CREATE USER IF NOT EXISTS `ch_cms` IDENTIFIED WITH sha256_hash BY '@sha256(sinks)@';

ALTER USER `ch_cms` IDENTIFIED WITH sha256_hash BY '@sha256(sinks)@';

GRANT `ch_cms_role` TO `ch_cms` WITH REPLACE OPTION;

ALTER USER `ch_cms` DEFAULT ROLE `ch_cms_role` SETTINGS NONE;

REVOKE ALL ON *.* FROM `ch_cms`;

CREATE USER IF NOT EXISTS `ch_report` IDENTIFIED WITH sha256_hash BY '@sha256(reporting)@';

ALTER USER `ch_report` IDENTIFIED WITH sha256_hash BY '@sha256(reporting)@';

GRANT `ch_report_role` TO `ch_report` WITH REPLACE OPTION;

ALTER USER `ch_report` DEFAULT ROLE `ch_report_role` SETTINGS PROFILE 'ch_report_profile';

REVOKE ALL ON *.* FROM `ch_report`;

CREATE USER IF NOT EXISTS `ch_dbt` IDENTIFIED WITH sha256_hash BY '@sha256(dbt)@';

ALTER USER `ch_dbt` IDENTIFIED WITH sha256_hash BY '@sha256(dbt)@';

GRANT `ch_dbt_role` TO `ch_dbt` WITH REPLACE OPTION;

ALTER USER `ch_dbt` DEFAULT ROLE `ch_dbt_role` SETTINGS NONE;

REVOKE ALL ON *.* FROM `ch_dbt`;

CREATE USER IF NOT EXISTS `ch_migrations` IDENTIFIED WITH sha256_hash BY '@sha256(migrations)@';

ALTER USER `ch_migrations` IDENTIFIED WITH sha256_hash BY '@sha256(migrations)@';

GRANT `ch_migrations_role` TO `ch_migrations` WITH REPLACE OPTION;

ALTER USER `ch_migrations` DEFAULT ROLE `ch_migrations_role` SETTINGS NONE;

REVOKE ALL ON *.* FROM `ch_migrations`;

DROP QUOTA IF EXISTS `ch_report_quota`;

DROP USER IF EXISTS `ch_backup`;

DROP ROLE IF EXISTS `ch_backup_role`;

DROP USER IF EXISTS `ch_vector`;

DROP ROLE IF EXISTS `ch_vector_role`;

CREATE TABLE IF NOT EXISTS `xapi`.`_migrations_lock` (`holder` String, `turn` UInt32, `expires` DateTime64(3)) ENGINE = MergeTree ORDER BY (holder, turn) TTL toDateTime(expires) + INTERVAL 1 DAY;

CREATE FUNCTION IF NOT EXISTS get_org_from_course_url AS (course_url) -> nullIf(extract(course_url, 'course-v1:([a-zA-Z0-9\\w\\-~.:%]*)'), '');

CREATE FUNCTION IF NOT EXISTS get_org_from_ccx_course_url AS (course_url) -> nullIf(extract(course_url, 'ccx-v1:([a-zA-Z0-9]*)'), '');

CREATE TABLE IF NOT EXISTS `xapi`.`xapi_events_all`
(
  `event_id` UUID,
  `emission_time` DateTime64(6),
  `event` String
)
ENGINE = ReplacingMergeTree()
PARTITION BY toYYYYMM(emission_time)
ORDER BY (emission_time, event_id);

CREATE TABLE IF NOT EXISTS `openedx`.`xapi_events_all`
(
  `event_id` UUID,
  `emission_time` DateTime64(6),
  `event` String
)
ENGINE = ReplacingMergeTree()
PARTITION BY toYYYYMM(emission_time)
PRIMARY KEY (emission_time)
ORDER BY (emission_time, event_id);

CREATE TABLE IF NOT EXISTS `openedx`.`_tracking`
(
  `time` DateTime,
  `message` String
)
ENGINE = MergeTree()
PARTITION BY toYYYYMM(time)
ORDER BY time;

CREATE TABLE IF NOT EXISTS `event_sink`.`course_overviews`
(
  `org` String,
  `course_key` String,
  `display_name` String,
  `course_start` String,
  `course_end` String,
  `enrollment_start` String,
  `enrollment_end` String,
  `self_paced` Bool,
  `course_data_json` String,
  `created` String,
  `modified` String,
  `dump_id` UUID,
  `time_last_dumped` String
)
ENGINE = MergeTree()
ORDER BY (org, course_key, modified, time_last_dumped);

CREATE TABLE IF NOT EXISTS `event_sink`.`course_blocks`
(
  `org` String,
  `course_key` String,
  `location` String,
  `display_name` String,
  `xblock_data_json` String,
  `order` Int32 DEFAULT 0,
  `edited_on` String,
  `dump_id` UUID,
  `time_last_dumped` String
)
ENGINE = MergeTree()
PRIMARY KEY (org, course_key, location, edited_on)
ORDER BY (org, course_key, location, edited_on, order);

CREATE TABLE IF NOT EXISTS `event_sink`.`course_relationships`
(
  `course_key` String,
  `parent_location` String,
  `child_location` String,
  `order` Int32,
  `dump_id` UUID,
  `time_last_dumped` String
)
ENGINE = MergeTree()
PRIMARY KEY (course_key, parent_location, child_location, time_last_dumped)
ORDER BY (course_key, parent_location, child_location, time_last_dumped, order);

CREATE TABLE IF NOT EXISTS `event_sink`.`course_enrollment`
(
  `id` Int32,
  `course_key` String,
  `created` String,
  `is_active` Bool,
  `mode` LowCardinality(String),
  `username` String,
  `user_id` Int32,
  `dump_id` UUID,
  `time_last_dumped` String
)
ENGINE = MergeTree()
ORDER BY (course_key, user_id, time_last_dumped);

CREATE TABLE IF NOT EXISTS `event_sink`.`user_profile`
(
  `id` Int32,
  `user_id` Int32,
  `name` String,
  `username` String DEFAULT '',
  `email` String DEFAULT '',
  `meta` String,
  `courseware` String,
  `language` String,
  `location` String,
  `year_of_birth` String,
  `gender` String,
  `level_of_education` String,
  `mailing_address` String,
  `city` String,
  `country` String,
  `state` String,
  `goals` String,
  `bio` String,
  `profile_image_uploaded_at` String,
  `phone_number` String,
  `dump_id` UUID,
  `time_last_dumped` String
)
ENGINE = ReplacingMergeTree()
PARTITION BY user_id MOD 100
ORDER BY (id, time_last_dumped);

CREATE TABLE IF NOT EXISTS `event_sink`.`external_id`
(
  `external_user_id` UUID,
  `external_id_type` String,
  `username` String,
  `user_id` Int32,
  `dump_id` UUID,
  `time_last_dumped` String
)
ENGINE = ReplacingMergeTree()
PARTITION BY user_id MOD 100
ORDER BY (external_user_id, time_last_dumped);

CREATE TABLE IF NOT EXISTS `event_sink`.`tag`
(
  `id` Int32,
  `taxonomy` Int32,
  `parent` Int32,
  `value` String,
  `external_id` String,
  `lineage` String,
  `dump_id` UUID,
  `time_last_dumped` String
)
ENGINE = ReplacingMergeTree()
ORDER BY (id, time_last_dumped);

CREATE TABLE IF NOT EXISTS `event_sink`.`taxonomy`
(
  `id` Int32,
  `name` String,
  `dump_id` UUID,
  `time_last_dumped` String
)
ENGINE = ReplacingMergeTree()
ORDER BY (id, time_last_dumped);

CREATE TABLE IF NOT EXISTS `event_sink`.`object_tag`
(
  `id` Int32,
  `object_id` String,
  `taxonomy` Int32,
  `tag` Int32,
  `_value` String,
  `_export_id` String,
  `lineage` String,
  `dump_id` UUID,
  `time_last_dumped` String
)
ENGINE = ReplacingMergeTree()
ORDER BY (id, time_last_dumped);

CREATE TABLE IF NOT EXISTS `event_sink`.`aspects_data`
(
  `path` String,
  `content` String
)
ENGINE = ReplacingMergeTree()
ORDER BY (path);

CREATE TABLE IF NOT EXISTS `event_sink`.`load_test_runs`
(
  `run_id` String,
  `timestamp` DateTime DEFAULT now(),
  `event_type` String,
  `extra` String
)
ENGINE = MergeTree()
ORDER BY (run_id, timestamp);

CREATE TABLE IF NOT EXISTS `event_sink`.`load_test_stats`
(
  `run_id` String,
  `timestamp` DateTime DEFAULT now(),
  `stats` String
)
ENGINE = MergeTree()
ORDER BY (run_id, timestamp);

ALTER TABLE `xapi`.`xapi_events_all` ADD INDEX IF NOT EXISTS event_id_seen event_id TYPE bloom_filter(0.001) GRANULARITY 1;

CREATE TABLE IF NOT EXISTS `openedx`.`_dead_letters`
(
  `id` UUID,
  `time` DateTime64(6),
  `logger` LowCardinality(String),
  `reason` LowCardinality(String),
  `origin` String,
  `message` String
)
ENGINE = ReplacingMergeTree()
PARTITION BY toYYYYMM(time)
ORDER BY id;

