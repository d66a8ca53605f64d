-- One role per client, with its rights.
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
