-- Written by hand: the endpoints that have responded with a 2xx, according to their stored deliveries, and the planner's
-- statistics.
ALTER TABLE webhooks ADD host text;
--> statement-breakpoint
ALTER TABLE webhooks ADD verified_at integer;
--> statement-breakpoint
UPDATE webhooks SET verified_at = created_at WHERE EXISTS (SELECT 1 FROM deliveries d INDEXED BY deliveries_status
  WHERE d.account_id = webhooks.account_id AND d.webhook_id = webhooks.id AND d.status = 'succeeded');
--> statement-breakpoint
CREATE INDEX webhooks_verified ON webhooks (account_id,host) WHERE verified_at IS NOT NULL;
--> statement-breakpoint
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('webhooks', 'webhooks_verified', '300 3 2');
--> statement-breakpoint
ANALYZE sqlite_schema;
