-- Limits per hour.
DROP QUOTA IF EXISTS `ch_report_quota` ON CLUSTER 'aspects';
