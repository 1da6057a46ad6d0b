-- Written by hand: STRICT and WITHOUT ROWID, the values of existing rows, and the planner's statistics.
CREATE TABLE attempts (
  account_id text NOT NULL,
  webhook_id text NOT NULL,
  event_seq integer NOT NULL,
  n integer NOT NULL,
  attempted_at integer NOT NULL,
  duration_ms integer NOT NULL,
  status_code integer,
  error text,
  answer text,
  PRIMARY KEY(account_id, webhook_id, event_seq, n),
  FOREIGN KEY (account_id,webhook_id,event_seq) REFERENCES deliveries(account_id,webhook_id,event_seq) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE feed_entries (
  account_id text NOT NULL,
  event_seq integer NOT NULL,
  next_at integer NOT NULL,
  PRIMARY KEY(account_id, event_seq),
  FOREIGN KEY (account_id) REFERENCES accounts(id)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX feed_entries_due ON feed_entries (next_at);
--> statement-breakpoint
ALTER TABLE deliveries ADD tries integer DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE deliveries ADD finished_at integer;
--> statement-breakpoint
UPDATE deliveries SET finished_at = event_seq / 1000 WHERE status = 'succeeded';
--> statement-breakpoint
CREATE INDEX deliveries_status ON deliveries (account_id,webhook_id,status,event_seq);
--> statement-breakpoint
CREATE INDEX deliveries_waiting ON deliveries (account_id,webhook_id,event_seq) WHERE status = 'pending' AND next_at IS NULL;
--> statement-breakpoint
CREATE INDEX deliveries_finished ON deliveries (finished_at) WHERE finished_at IS NOT NULL;
--> statement-breakpoint
ALTER TABLE webhooks ADD old_secrets text DEFAULT '[]' NOT NULL;
--> statement-breakpoint
ALTER TABLE webhooks ADD disabled_reason text;
--> statement-breakpoint
UPDATE webhooks SET disabled_reason = 'requested' WHERE disabled_at IS NOT NULL;
--> statement-breakpoint
ALTER TABLE webhooks ADD failing_since integer;
--> statement-breakpoint
ALTER TABLE webhooks ADD failed_at integer;
--> statement-breakpoint
ALTER TABLE webhooks ADD slow_since integer;
--> statement-breakpoint
ALTER TABLE webhooks ADD waiting_since integer;
--> statement-breakpoint
ALTER TABLE webhooks ADD recover_from integer;
--> statement-breakpoint
CREATE INDEX webhooks_recovering ON webhooks (recover_from) WHERE recover_from IS NOT NULL;
--> statement-breakpoint
CREATE INDEX webhooks_waiting ON webhooks (waiting_since) WHERE waiting_since IS NOT NULL;
--> statement-breakpoint
CREATE INDEX webhooks_deleted ON webhooks (deleted_at) WHERE deleted_at IS NOT NULL;
--> statement-breakpoint
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('attempts', 'attempts', '5000000 50000 20000 1 1'),
  ('feed_entries', 'feed_entries', '1000 100 1'),
  ('feed_entries', 'feed_entries_due', '1000 2'),
  ('deliveries', 'deliveries_status', '5000000 50000 20000 10000 1'),
  ('deliveries', 'deliveries_waiting', '1000 100 50 1'),
  ('deliveries', 'deliveries_finished', '5000000 2'),
  ('webhooks', 'webhooks_recovering', '1 1'),
  ('webhooks', 'webhooks_waiting', '3 1'),
  ('webhooks', 'webhooks_deleted', '30 1');
--> statement-breakpoint
ANALYZE sqlite_schema;
