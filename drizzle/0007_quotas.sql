-- Written by hand: the planner's statistics.
CREATE INDEX api_keys_live ON api_keys (account_id,id) WHERE revoked_at IS NULL;
--> statement-breakpoint
CREATE INDEX webhooks_live ON webhooks (account_id,id) WHERE deleted_at IS NULL;
--> statement-breakpoint
CREATE INDEX imports_in_progress ON imports (account_id,id) WHERE finished_at IS NULL;
--> statement-breakpoint
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('api_keys', 'api_keys_live', '300 3 1'),
  ('webhooks', 'webhooks_live', '300 3 1'),
  ('imports', 'imports_in_progress', '10 2 1');
--> statement-breakpoint
ANALYZE sqlite_schema;
