-- contract: the previous code uses the new index under the same name, and reads more rows. So a delivery is in one index only.
DROP INDEX deliveries_due;
--> statement-breakpoint
CREATE INDEX deliveries_due ON deliveries (account_id,next_at) WHERE next_at IS NOT NULL;
--> statement-breakpoint
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('deliveries', 'deliveries_due', '1000 50 2');
--> statement-breakpoint
ANALYZE sqlite_schema;
