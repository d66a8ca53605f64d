-- Limits of a query.
CREATE SETTINGS PROFILE IF NOT EXISTS `ch_report_profile` SETTINGS readonly = 2;
ALTER SETTINGS PROFILE `ch_report_profile` SETTINGS readonly = 2 CONST, max_execution_time = 60 MAX 60, max_result_rows = 1000000 MAX 1000000;
