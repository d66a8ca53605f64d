-- Users of services that are off.
DROP USER IF EXISTS `ch_lrs` ON CLUSTER 'aspects';
DROP ROLE IF EXISTS `ch_lrs_role` ON CLUSTER 'aspects';
