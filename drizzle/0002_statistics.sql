-- Planner statistics for tables that are still empty. Without them SQLite takes an account to hold ten rows, and
-- reads all of it by the primary key where another index would find one row. They survive restarts and exports.
ANALYZE;
--> statement-breakpoint
DELETE FROM sqlite_stat1;
--> statement-breakpoint
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('accounts', 'accounts', '100 1'),
  ('accounts', 'accounts_erased', '1 1'),
  ('api_keys', 'api_keys', '300 1'),
  ('api_keys', 'api_keys_account', '300 3 1'),
  ('pipelines', 'pipelines', '300 3 1'),
  ('pipelines', 'pipelines_name', '300 3 1'),
  ('pipelines', 'pipelines_order', '300 3 1 1 1'),
  ('stages', 'stages', '1000 10 1'),
  ('stages', 'stages_pipeline', '1000 10 5 1'),
  ('stages', 'stages_name', '1000 10 5 1'),
  ('stages', 'stages_named', '1000 10 2'),
  ('stages', 'stages_order', '1000 10 3 1 1'),
  ('labels', 'labels', '10000 100 1'),
  ('labels', 'labels_name', '10000 100 1'),
  ('sources', 'sources', '1000 10 1'),
  ('sources', 'sources_name', '1000 10 1'),
  ('offices', 'offices', '1000 10 1'),
  ('offices', 'offices_name', '1000 10 1'),
  ('users', 'users', '1000 10 1'),
  ('users', 'users_email', '1000 10 1'),
  ('users', 'users_order', '1000 10 1 1'),
  ('jobs', 'jobs', '1000 10 1'),
  ('jobs', 'jobs_order', '1000 10 1 1'),
  ('prospects', 'prospects', '1000000 10000 1'),
  ('prospects', 'prospects_email', '1000000 10000 1'),
  ('prospects', 'prospects_phone', '1000000 10000 2 1'),
  ('prospects', 'prospects_phone_only', '500000 5000 2 1'),
  ('prospects', 'prospects_stage', '1000000 10000 1000 1'),
  ('prospects', 'prospects_updated', '1000000 10000 1 1'),
  ('prospect_labels', 'prospect_labels', '3000000 30000 500 1'),
  ('prospect_labels', 'prospect_labels_stage', '3000000 30000 500 100 1'),
  ('prospect_jobs', 'prospect_jobs', '1000000 10000 500 1'),
  ('prospect_words', 'prospect_words', '6000000 60000 20000 20 1'),
  ('prospect_counts', 'prospect_counts', '50000 500 5 1'),
  ('label_set_members', 'label_set_members', '50000 500 50 1'),
  ('events', 'events', '5000000 50000 1'),
  ('events', 'events_prospect', '5000000 50000 5 1'),
  ('webhooks', 'webhooks', '300 3 1'),
  ('deliveries', 'deliveries', '5000000 50000 20000 1'),
  ('deliveries', 'deliveries_due', '1000 2');
--> statement-breakpoint
ANALYZE sqlite_schema;
