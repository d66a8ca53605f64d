CREATE DATABASE IF NOT EXISTS `xapi` ON CLUSTER 'aspects';

CREATE DATABASE IF NOT EXISTS `openedx` ON CLUSTER 'aspects';

CREATE DATABASE IF NOT EXISTS `event_sink` ON CLUSTER 'aspects';

CREATE DATABASE IF NOT EXISTS `reporting` ON CLUSTER 'aspects';

CREATE SETTINGS PROFILE IF NOT EXISTS `ch_report_profile` ON CLUSTER 'aspects' SETTINGS readonly = 2;

ALTER SETTINGS PROFILE `ch_report_profile` ON CLUSTER 'aspects' SETTINGS readonly = 2 CONST, max_execution_time = 60 MAX 60, max_result_rows = 1000000 MAX 1000000;

CREATE ROLE IF NOT EXISTS `ch_vector_role` ON CLUSTER 'aspects';

GRANT ON CLUSTER 'aspects'
  INSERT ON `openedx`.`xapi_events_all`,
  INSERT ON `openedx`.`_tracking`,
  INSERT ON `openedx`.`_dead_letters`
  TO `ch_vector_role` WITH REPLACE OPTION;

CREATE ROLE IF NOT EXISTS `ch_cms_role` ON CLUSTER 'aspects';

GRANT ON CLUSTER 'aspects'
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
  SELECT ON `openedx`.`xapi_events_all`
  TO `ch_cms_role` WITH REPLACE OPTION;

CREATE ROLE IF NOT EXISTS `ch_report_role` ON CLUSTER 'aspects';

GRANT ON CLUSTER 'aspects'
  SELECT, dictGet ON `reporting`.*,
  SELECT, dictGet ON `event_sink`.*,
  SELECT ON `openedx`.*,
  SELECT ON `system`.`disks`,
  SELECT ON `system`.`events`,
  SELECT ON `system`.`metrics`,
  SELECT ON `system`.`parts`,
  SELECT ON `system`.`query_log`,
  SELECT ON `system`.`replication_queue`,
  SELECT ON `system`.`view_refreshes`
  TO `ch_report_role` WITH REPLACE OPTION;

REVOKE ON CLUSTER 'aspects' SELECT ON `openedx`.`xapi_events_all` FROM `ch_report_role`;

REVOKE ON CLUSTER 'aspects' SELECT ON `openedx`.`_tracking` FROM `ch_report_role`;

REVOKE ON CLUSTER 'aspects' SELECT ON `openedx`.`_dead_letters` FROM `ch_report_role`;

REVOKE ON CLUSTER 'aspects' SELECT ON `event_sink`.`user_profile` FROM `ch_report_role`;

REVOKE ON CLUSTER 'aspects' SELECT ON `event_sink`.`external_id` FROM `ch_report_role`;

REVOKE ON CLUSTER 'aspects' SELECT ON `event_sink`.`course_enrollment` FROM `ch_report_role`;

REVOKE ON CLUSTER 'aspects' SELECT ON `event_sink`.`pseudonym_key` FROM `ch_report_role`;

REVOKE ON CLUSTER 'aspects' SELECT ON `event_sink`.`retiring_learners` FROM `ch_report_role`;

REVOKE ON CLUSTER 'aspects' SELECT ON `event_sink`.`aspects_data` FROM `ch_report_role`;

CREATE ROLE IF NOT EXISTS `ch_dbt_role` ON CLUSTER 'aspects';

GRANT ON CLUSTER 'aspects'
  SELECT, INSERT, ALTER TABLE, ALTER VIEW, CREATE TABLE, CREATE VIEW, CREATE DICTIONARY, DROP TABLE, DROP VIEW, DROP DICTIONARY, TRUNCATE, OPTIMIZE, dictGet, SYSTEM VIEWS ON `openedx`.*,
  SELECT, INSERT, ALTER TABLE, ALTER VIEW, CREATE TABLE, CREATE VIEW, CREATE DICTIONARY, DROP TABLE, DROP VIEW, DROP DICTIONARY, TRUNCATE, OPTIMIZE, dictGet, SYSTEM VIEWS ON `event_sink`.*,
  SELECT, INSERT, ALTER TABLE, ALTER VIEW, CREATE TABLE, CREATE VIEW, CREATE DICTIONARY, DROP TABLE, DROP VIEW, DROP DICTIONARY, TRUNCATE, OPTIMIZE, dictGet, SYSTEM VIEWS ON `reporting`.*,
  SELECT ON `system`.`databases`,
  SELECT ON `system`.`tables`,
  SELECT ON `system`.`columns`,
  SELECT ON `system`.`parts`,
  SELECT ON `system`.`dictionaries`,
  SELECT ON `system`.`functions`,
  CLUSTER ON *.*,
  CREATE TEMPORARY TABLE, REMOTE ON *.*,
  SELECT ON `system`.`replicas`
  TO `ch_dbt_role` WITH REPLACE OPTION;

REVOKE ON CLUSTER 'aspects' INSERT, ALTER TABLE, DROP TABLE, TRUNCATE ON `openedx`.`xapi_events_all` FROM `ch_dbt_role`;

REVOKE ON CLUSTER 'aspects' INSERT, ALTER TABLE, DROP TABLE, TRUNCATE ON `openedx`.`_tracking` FROM `ch_dbt_role`;

REVOKE ON CLUSTER 'aspects' INSERT, ALTER TABLE, DROP TABLE, TRUNCATE ON `openedx`.`_dead_letters` FROM `ch_dbt_role`;

REVOKE ON CLUSTER 'aspects' INSERT, ALTER TABLE, DROP TABLE, TRUNCATE ON `event_sink`.`course_overviews` FROM `ch_dbt_role`;

REVOKE ON CLUSTER 'aspects' INSERT, ALTER TABLE, DROP TABLE, TRUNCATE ON `event_sink`.`course_blocks` FROM `ch_dbt_role`;

REVOKE ON CLUSTER 'aspects' INSERT, ALTER TABLE, DROP TABLE, TRUNCATE ON `event_sink`.`course_relationships` FROM `ch_dbt_role`;

REVOKE ON CLUSTER 'aspects' INSERT, ALTER TABLE, DROP TABLE, TRUNCATE ON `event_sink`.`course_enrollment` FROM `ch_dbt_role`;

REVOKE ON CLUSTER 'aspects' INSERT, ALTER TABLE, DROP TABLE, TRUNCATE ON `event_sink`.`user_profile` FROM `ch_dbt_role`;

REVOKE ON CLUSTER 'aspects' INSERT, ALTER TABLE, DROP TABLE, TRUNCATE ON `event_sink`.`external_id` FROM `ch_dbt_role`;

REVOKE ON CLUSTER 'aspects' INSERT, ALTER TABLE, DROP TABLE, TRUNCATE ON `event_sink`.`tag` FROM `ch_dbt_role`;

REVOKE ON CLUSTER 'aspects' INSERT, ALTER TABLE, DROP TABLE, TRUNCATE ON `event_sink`.`taxonomy` FROM `ch_dbt_role`;

REVOKE ON CLUSTER 'aspects' INSERT, ALTER TABLE, DROP TABLE, TRUNCATE ON `event_sink`.`object_tag` FROM `ch_dbt_role`;

REVOKE ON CLUSTER 'aspects' INSERT, ALTER TABLE, DROP TABLE, TRUNCATE ON `event_sink`.`load_test_runs` FROM `ch_dbt_role`;

REVOKE ON CLUSTER 'aspects' INSERT, ALTER TABLE, DROP TABLE, TRUNCATE ON `event_sink`.`load_test_stats` FROM `ch_dbt_role`;

REVOKE ON CLUSTER 'aspects' INSERT, ALTER TABLE, DROP TABLE, TRUNCATE ON `event_sink`.`pseudonym_key` FROM `ch_dbt_role`;

CREATE ROLE IF NOT EXISTS `ch_migrations_role` ON CLUSTER 'aspects';

GRANT ON CLUSTER 'aspects'
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
  SELECT ON `system`.`mutations`,
  CLUSTER ON *.*,
  CREATE TEMPORARY TABLE, REMOTE ON *.*,
  SYSTEM SYNC REPLICA ON `event_sink`.`retiring_learners`,
  S3 ON *.*
  TO `ch_migrations_role` WITH REPLACE OPTION;

CREATE ROLE IF NOT EXISTS `ch_backup_role` ON CLUSTER 'aspects';

GRANT ON CLUSTER 'aspects'
  BACKUP ON `xapi`.*,
  BACKUP ON `openedx`.*,
  BACKUP ON `event_sink`.*,
  BACKUP ON `reporting`.*,
  SELECT ON `system`.`backups`,
  SELECT ON `system`.`databases`,
  SELECT ON `system`.`parts`,
  SELECT ON `system`.`tables`,
  CLUSTER ON *.*,
  S3 ON *.*
  TO `ch_backup_role` WITH REPLACE OPTION;

CREATE USER IF NOT EXISTS `ch_vector` ON CLUSTER 'aspects' IDENTIFIED WITH sha256_hash BY '@sha256(vector)@';

ALTER USER `ch_vector` ON CLUSTER 'aspects' IDENTIFIED WITH sha256_hash BY '@sha256(vector)@';

GRANT ON CLUSTER 'aspects' `ch_vector_role` TO `ch_vector` WITH REPLACE OPTION;

ALTER USER `ch_vector` ON CLUSTER 'aspects' DEFAULT ROLE `ch_vector_role` SETTINGS NONE;

REVOKE ON CLUSTER 'aspects' ALL ON *.* FROM `ch_vector`;

CREATE USER IF NOT EXISTS `ch_cms` ON CLUSTER 'aspects' IDENTIFIED WITH sha256_hash BY '@sha256(sinks)@';

ALTER USER `ch_cms` ON CLUSTER 'aspects' IDENTIFIED WITH sha256_hash BY '@sha256(sinks)@';

GRANT ON CLUSTER 'aspects' `ch_cms_role` TO `ch_cms` WITH REPLACE OPTION;

ALTER USER `ch_cms` ON CLUSTER 'aspects' DEFAULT ROLE `ch_cms_role` SETTINGS NONE;

REVOKE ON CLUSTER 'aspects' ALL ON *.* FROM `ch_cms`;

CREATE USER IF NOT EXISTS `ch_report` ON CLUSTER 'aspects' IDENTIFIED WITH sha256_hash BY '@sha256(reporting)@';

ALTER USER `ch_report` ON CLUSTER 'aspects' IDENTIFIED WITH sha256_hash BY '@sha256(reporting)@';

GRANT ON CLUSTER 'aspects' `ch_report_role` TO `ch_report` WITH REPLACE OPTION;

ALTER USER `ch_report` ON CLUSTER 'aspects' DEFAULT ROLE `ch_report_role` SETTINGS PROFILE 'ch_report_profile';

REVOKE ON CLUSTER 'aspects' ALL ON *.* FROM `ch_report`;

CREATE USER IF NOT EXISTS `ch_dbt` ON CLUSTER 'aspects' IDENTIFIED WITH sha256_hash BY '@sha256(dbt)@';

ALTER USER `ch_dbt` ON CLUSTER 'aspects' IDENTIFIED WITH sha256_hash BY '@sha256(dbt)@';

GRANT ON CLUSTER 'aspects' `ch_dbt_role` TO `ch_dbt` WITH REPLACE OPTION;

ALTER USER `ch_dbt` ON CLUSTER 'aspects' DEFAULT ROLE `ch_dbt_role` SETTINGS NONE;

REVOKE ON CLUSTER 'aspects' ALL ON *.* FROM `ch_dbt`;

CREATE USER IF NOT EXISTS `ch_migrations` ON CLUSTER 'aspects' IDENTIFIED WITH sha256_hash BY '@sha256(migrations)@';

ALTER USER `ch_migrations` ON CLUSTER 'aspects' IDENTIFIED WITH sha256_hash BY '@sha256(migrations)@';

GRANT ON CLUSTER 'aspects' `ch_migrations_role` TO `ch_migrations` WITH REPLACE OPTION;

ALTER USER `ch_migrations` ON CLUSTER 'aspects' DEFAULT ROLE `ch_migrations_role` SETTINGS NONE;

REVOKE ON CLUSTER 'aspects' ALL ON *.* FROM `ch_migrations`;

CREATE USER IF NOT EXISTS `ch_backup` ON CLUSTER 'aspects' IDENTIFIED WITH sha256_hash BY '@sha256(backup)@';

ALTER USER `ch_backup` ON CLUSTER 'aspects' IDENTIFIED WITH sha256_hash BY '@sha256(backup)@';

GRANT ON CLUSTER 'aspects' `ch_backup_role` TO `ch_backup` WITH REPLACE OPTION;

ALTER USER `ch_backup` ON CLUSTER 'aspects' DEFAULT ROLE `ch_backup_role` SETTINGS NONE;

REVOKE ON CLUSTER 'aspects' ALL ON *.* FROM `ch_backup`;

DROP QUOTA IF EXISTS `ch_report_quota` ON CLUSTER 'aspects';

DROP USER IF EXISTS `ch_lrs` ON CLUSTER 'aspects';

DROP ROLE IF EXISTS `ch_lrs_role` ON CLUSTER 'aspects';

CREATE TABLE IF NOT EXISTS `xapi`.`_migrations_lock` ON CLUSTER 'aspects' (`holder` String, `turn` UInt32, `expires` DateTime64(3)) ENGINE = ReplicatedMergeTree ORDER BY (holder, turn) TTL toDateTime(expires) + INTERVAL 1 DAY;

CREATE FUNCTION IF NOT EXISTS get_org_from_course_url ON CLUSTER 'aspects' AS (course_url) -> nullIf(extract(course_url, 'course-v1:([a-zA-Z0-9\\w\\-~.:%]*)'), '');

CREATE FUNCTION IF NOT EXISTS get_org_from_ccx_course_url ON CLUSTER 'aspects' AS (course_url) -> nullIf(extract(course_url, 'ccx-v1:([a-zA-Z0-9]*)'), '');

CREATE TABLE IF NOT EXISTS `xapi`.`xapi_events_all` ON CLUSTER 'aspects'
(
  `event_id` UUID,
  `emission_time` DateTime64(6),
  `event` String
)
ENGINE = ReplicatedReplacingMergeTree()
PARTITION BY toYYYYMM(emission_time)
ORDER BY (emission_time, event_id);

CREATE TABLE IF NOT EXISTS `openedx`.`xapi_events_all` ON CLUSTER 'aspects'
(
  `event_id` UUID,
  `emission_time` DateTime64(6),
  `event` String
)
ENGINE = ReplicatedReplacingMergeTree()
PARTITION BY toYYYYMM(emission_time)
PRIMARY KEY (emission_time)
ORDER BY (emission_time, event_id);

CREATE TABLE IF NOT EXISTS `openedx`.`_tracking` ON CLUSTER 'aspects'
(
  `time` DateTime,
  `message` String
)
ENGINE = ReplicatedMergeTree()
PARTITION BY toYYYYMM(time)
ORDER BY time;

CREATE TABLE IF NOT EXISTS `event_sink`.`course_overviews` ON CLUSTER 'aspects'
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
ENGINE = ReplicatedMergeTree()
ORDER BY (org, course_key, modified, time_last_dumped);

CREATE TABLE IF NOT EXISTS `event_sink`.`course_blocks` ON CLUSTER 'aspects'
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
ENGINE = ReplicatedMergeTree()
PRIMARY KEY (org, course_key, location, edited_on)
ORDER BY (org, course_key, location, edited_on, order);

CREATE TABLE IF NOT EXISTS `event_sink`.`course_relationships` ON CLUSTER 'aspects'
(
  `course_key` String,
  `parent_location` String,
  `child_location` String,
  `order` Int32,
  `dump_id` UUID,
  `time_last_dumped` String
)
ENGINE = ReplicatedMergeTree()
PRIMARY KEY (course_key, parent_location, child_location, time_last_dumped)
ORDER BY (course_key, parent_location, child_location, time_last_dumped, order);

CREATE TABLE IF NOT EXISTS `event_sink`.`course_enrollment` ON CLUSTER 'aspects'
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
ENGINE = ReplicatedMergeTree()
ORDER BY (course_key, user_id, time_last_dumped);

CREATE TABLE IF NOT EXISTS `event_sink`.`user_profile` ON CLUSTER 'aspects'
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
ENGINE = ReplicatedReplacingMergeTree()
PARTITION BY user_id MOD 100
ORDER BY (id, time_last_dumped);

CREATE TABLE IF NOT EXISTS `event_sink`.`external_id` ON CLUSTER 'aspects'
(
  `external_user_id` UUID,
  `external_id_type` String,
  `username` String,
  `user_id` Int32,
  `dump_id` UUID,
  `time_last_dumped` String
)
ENGINE = ReplicatedReplacingMergeTree()
PARTITION BY user_id MOD 100
ORDER BY (external_user_id, time_last_dumped);

CREATE TABLE IF NOT EXISTS `event_sink`.`tag` ON CLUSTER 'aspects'
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
ENGINE = ReplicatedReplacingMergeTree()
ORDER BY (id, time_last_dumped);

CREATE TABLE IF NOT EXISTS `event_sink`.`taxonomy` ON CLUSTER 'aspects'
(
  `id` Int32,
  `name` String,
  `dump_id` UUID,
  `time_last_dumped` String
)
ENGINE = ReplicatedReplacingMergeTree()
ORDER BY (id, time_last_dumped);

CREATE TABLE IF NOT EXISTS `event_sink`.`object_tag` ON CLUSTER 'aspects'
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
ENGINE = ReplicatedReplacingMergeTree()
ORDER BY (id, time_last_dumped);

CREATE TABLE IF NOT EXISTS `event_sink`.`aspects_data` ON CLUSTER 'aspects'
(
  `path` String,
  `content` String
)
ENGINE = ReplicatedReplacingMergeTree()
ORDER BY (path);

CREATE TABLE IF NOT EXISTS `event_sink`.`load_test_runs` ON CLUSTER 'aspects'
(
  `run_id` String,
  `timestamp` DateTime DEFAULT now(),
  `event_type` String,
  `extra` String
)
ENGINE = ReplicatedMergeTree()
ORDER BY (run_id, timestamp);

CREATE TABLE IF NOT EXISTS `event_sink`.`load_test_stats` ON CLUSTER 'aspects'
(
  `run_id` String,
  `timestamp` DateTime DEFAULT now(),
  `stats` String
)
ENGINE = ReplicatedMergeTree()
ORDER BY (run_id, timestamp);

ALTER TABLE `xapi`.`xapi_events_all` ON CLUSTER 'aspects' ADD INDEX IF NOT EXISTS event_id_seen event_id TYPE bloom_filter(0.001) GRANULARITY 1;

CREATE TABLE IF NOT EXISTS `openedx`.`_dead_letters` ON CLUSTER 'aspects'
(
  `id` UUID,
  `time` DateTime64(6),
  `logger` LowCardinality(String),
  `reason` LowCardinality(String),
  `origin` String,
  `message` String
)
ENGINE = ReplicatedReplacingMergeTree()
PARTITION BY toYYYYMM(time)
ORDER BY id;

