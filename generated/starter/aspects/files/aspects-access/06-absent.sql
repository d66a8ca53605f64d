-- Users of services that are off.
DROP USER IF EXISTS `ch_backup`;
DROP ROLE IF EXISTS `ch_backup_role`;
DROP USER IF EXISTS `ch_vector`;
DROP ROLE IF EXISTS `ch_vector_role`;
