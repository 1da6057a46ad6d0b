-- Written by hand: STRICT and WITHOUT ROWID, the triggers and the planner's statistics.
CREATE TABLE object_deletions (
  account_id text NOT NULL,
  key text NOT NULL,
  due_at integer NOT NULL,
  PRIMARY KEY(account_id, key)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX object_deletions_due ON object_deletions (due_at);
--> statement-breakpoint
CREATE TABLE resume_readings (
  account_id text NOT NULL,
  prospect_id text NOT NULL,
  tries integer DEFAULT 0 NOT NULL,
  held_until integer DEFAULT 0 NOT NULL,
  next_at integer NOT NULL,
  PRIMARY KEY(account_id, prospect_id),
  FOREIGN KEY (account_id,prospect_id) REFERENCES prospects(account_id,id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX resume_readings_due ON resume_readings (next_at);
--> statement-breakpoint
ALTER TABLE prospects ADD resume text;
--> statement-breakpoint
-- These hold for every write. A file that a prospect has is not deleted, and a file that no prospect has any more is. A resume to
-- be parsed is listed: the Worker that wrote it enqueues it, or the schedule does after 15 s.
CREATE TRIGGER prospects_insert_resume AFTER INSERT ON prospects WHEN NEW.resume IS NOT NULL
BEGIN
  DELETE FROM object_deletions WHERE account_id = NEW.account_id AND key = NEW.resume ->> 'key';
  INSERT INTO resume_readings (account_id, prospect_id, next_at)
    SELECT NEW.account_id, NEW.id, (NEW.resume ->> 'uploadedAt') + 15000 WHERE NEW.resume ->> 'status' = 'processing';
END;
--> statement-breakpoint
CREATE TRIGGER prospects_update_resume AFTER UPDATE OF resume ON prospects WHEN OLD.resume IS NOT NEW.resume
BEGIN
  INSERT INTO object_deletions (account_id, key, due_at)
    SELECT OLD.account_id, OLD.resume ->> 'key', 0
    WHERE OLD.resume IS NOT NULL AND OLD.resume ->> 'key' IS NOT NEW.resume ->> 'key'
    ON CONFLICT (account_id, key) DO UPDATE SET due_at = 0;
  DELETE FROM object_deletions WHERE account_id = NEW.account_id AND key = NEW.resume ->> 'key';
  DELETE FROM resume_readings WHERE account_id = OLD.account_id AND prospect_id = OLD.id;
  INSERT INTO resume_readings (account_id, prospect_id, next_at)
    SELECT NEW.account_id, NEW.id, (NEW.resume ->> 'uploadedAt') + 15000 WHERE NEW.resume ->> 'status' = 'processing';
END;
--> statement-breakpoint
CREATE TRIGGER prospects_delete_resume AFTER DELETE ON prospects WHEN OLD.resume IS NOT NULL
BEGIN
  INSERT INTO object_deletions (account_id, key, due_at) VALUES (OLD.account_id, OLD.resume ->> 'key', 0)
    ON CONFLICT (account_id, key) DO UPDATE SET due_at = 0;
END;
--> statement-breakpoint
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('object_deletions', 'object_deletions', '1000 100 1'),
  ('object_deletions', 'object_deletions_due', '1000 2'),
  ('resume_readings', 'resume_readings', '1000 100 1'),
  ('resume_readings', 'resume_readings_due', '1000 2');
--> statement-breakpoint
ANALYZE sqlite_schema;
