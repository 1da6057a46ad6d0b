-- contract: the code before finds what is due by the same name, with more rows read. So no row is written for another index.
DROP INDEX deliveries_due;
--> statement-breakpoint
CREATE INDEX deliveries_due ON deliveries (account_id,next_at) WHERE next_at IS NOT NULL;
--> statement-breakpoint
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('deliveries', 'deliveries_due', '1000 50 2');
--> statement-breakpoint
ANALYZE sqlite_schema;
