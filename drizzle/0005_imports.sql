-- Written by hand: STRICT and WITHOUT ROWID, the triggers and the planner's statistics.
CREATE TABLE imports (
  account_id text NOT NULL,
  id text NOT NULL,
  key_id text NOT NULL,
  status text DEFAULT 'queued' NOT NULL,
  reason text,
  format text NOT NULL,
  options text NOT NULL,
  unknown_columns text NOT NULL,
  bytes integer NOT NULL,
  bytes_done integer NOT NULL,
  line integer NOT NULL,
  read integer DEFAULT 0 NOT NULL,
  created integer DEFAULT 0 NOT NULL,
  updated integer DEFAULT 0 NOT NULL,
  unchanged integer DEFAULT 0 NOT NULL,
  failed integer DEFAULT 0 NOT NULL,
  errors integer DEFAULT 0 NOT NULL,
  tries integer DEFAULT 0 NOT NULL,
  held_until integer DEFAULT 0 NOT NULL,
  next_at integer,
  created_at integer NOT NULL,
  finished_at integer,
  PRIMARY KEY(account_id, id),
  FOREIGN KEY (account_id) REFERENCES accounts(id)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX imports_due ON imports (next_at) WHERE next_at IS NOT NULL;
--> statement-breakpoint
CREATE INDEX imports_finished ON imports (finished_at) WHERE finished_at IS NOT NULL;
--> statement-breakpoint
CREATE TABLE import_errors (
  account_id text NOT NULL,
  import_id text NOT NULL,
  bytes_from integer NOT NULL,
  errors text NOT NULL,
  PRIMARY KEY(account_id, import_id, bytes_from),
  FOREIGN KEY (account_id,import_id) REFERENCES imports(account_id,id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
-- The file of an import is deleted with every cancellation and deletion.
CREATE TRIGGER imports_cancel_file AFTER UPDATE OF status ON imports WHEN NEW.status = 'cancelled'
BEGIN
  INSERT INTO object_deletions (account_id, key, due_at) VALUES (OLD.account_id, OLD.account_id || '/imports/' || OLD.id, 0)
    ON CONFLICT (account_id, key) DO UPDATE SET due_at = 0;
END;
--> statement-breakpoint
CREATE TRIGGER imports_delete_file AFTER DELETE ON imports
BEGIN
  INSERT INTO object_deletions (account_id, key, due_at) VALUES (OLD.account_id, OLD.account_id || '/imports/' || OLD.id, 0)
    ON CONFLICT (account_id, key) DO UPDATE SET due_at = 0;
END;
--> statement-breakpoint
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('imports', 'imports', '1000 10 1'),
  ('imports', 'imports_due', '10 2'),
  ('imports', 'imports_finished', '1000 1'),
  ('import_errors', 'import_errors', '100000 1000 100 1');
--> statement-breakpoint
ANALYZE sqlite_schema;
