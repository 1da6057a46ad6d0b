-- By hand: the planner's statistics.
CREATE INDEX deliveries_overdue ON deliveries (account_id,next_at) WHERE next_at IS NOT NULL;
--> statement-breakpoint
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('deliveries', 'deliveries_overdue', '1000 50 2');
--> statement-breakpoint
ANALYZE sqlite_schema;
