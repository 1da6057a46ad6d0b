-- Written by hand: STRICT, WITHOUT ROWID, the triggers, the pairs of stored prospects and the planner's statistics.
CREATE TABLE duplicates (
  account_id text NOT NULL,
  newer_id text NOT NULL,
  older_id text NOT NULL,
  dismissed_at integer,
  PRIMARY KEY(account_id, newer_id, older_id),
  FOREIGN KEY (account_id, newer_id) REFERENCES prospects(account_id, id) ON UPDATE no action ON DELETE cascade,
  FOREIGN KEY (account_id, older_id) REFERENCES prospects(account_id, id) ON UPDATE no action ON DELETE cascade
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX duplicates_older ON duplicates (account_id, older_id);
--> statement-breakpoint
CREATE INDEX duplicates_open ON duplicates (account_id, newer_id, older_id) WHERE dismissed_at IS NULL;
--> statement-breakpoint
ALTER TABLE prospects ADD name_and_company text GENERATED ALWAYS AS (CASE WHEN instr(words, '["n"') > 2 THEN rtrim(substr(words, 1, instr(words || ',["t"', ',["t"') - 1), ']') END) VIRTUAL;
--> statement-breakpoint
CREATE INDEX prospects_same_name ON prospects (account_id, name_and_company, id) WHERE name_and_company IS NOT NULL;
--> statement-breakpoint
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('duplicates', 'duplicates', '10000 100 1 1'),
  ('duplicates', 'duplicates_older', '10000 100 1 1'),
  ('duplicates', 'duplicates_open', '10000 100 1 1'),
  ('prospects', 'prospects_same_name', '500000 5000 1 1');
--> statement-breakpoint
ANALYZE sqlite_schema;
--> statement-breakpoint
INSERT INTO duplicates (account_id, newer_id, older_id)
  SELECT p.account_id, p.id, o.value FROM prospects p CROSS JOIN json_each((
    SELECT json_group_array(id) FROM (SELECT id FROM prospects q INDEXED BY prospects_phone
      WHERE q.account_id = p.account_id AND q.phone = p.phone AND q.id < p.id ORDER BY q.id DESC LIMIT 5))) o
  WHERE p.phone IS NOT NULL ON CONFLICT DO NOTHING;
--> statement-breakpoint
INSERT INTO duplicates (account_id, newer_id, older_id)
  SELECT p.account_id, p.id, o.value FROM prospects p CROSS JOIN json_each((
    SELECT json_group_array(id) FROM (SELECT id FROM prospects q INDEXED BY prospects_same_name
      WHERE q.account_id = p.account_id AND q.name_and_company = p.name_and_company AND q.id < p.id ORDER BY q.id DESC LIMIT 5))) o
  WHERE p.name_and_company IS NOT NULL ON CONFLICT DO NOTHING;
--> statement-breakpoint
CREATE TRIGGER prospects_insert_duplicates AFTER INSERT ON prospects
BEGIN
  INSERT INTO duplicates (account_id, newer_id, older_id)
    SELECT NEW.account_id, max(NEW.id, id), min(NEW.id, id) FROM (
      SELECT * FROM (SELECT id FROM prospects INDEXED BY prospects_phone
        WHERE account_id = NEW.account_id AND phone = NEW.phone AND id <> NEW.id ORDER BY id DESC LIMIT 5)
      UNION SELECT * FROM (SELECT id FROM prospects INDEXED BY prospects_same_name
        WHERE account_id = NEW.account_id AND name_and_company = NEW.name_and_company AND id <> NEW.id ORDER BY id DESC LIMIT 5))
    WHERE true ON CONFLICT DO NOTHING;
END;
--> statement-breakpoint
CREATE TRIGGER prospects_update_duplicates AFTER UPDATE OF phone, words ON prospects
WHEN OLD.phone IS NOT NEW.phone OR OLD.name_and_company IS NOT NEW.name_and_company
BEGIN
  DELETE FROM duplicates WHERE account_id = NEW.account_id AND newer_id = NEW.id AND dismissed_at IS NULL AND NOT EXISTS (
    SELECT 1 FROM prospects p WHERE p.account_id = NEW.account_id AND p.id = older_id
      AND (p.phone = NEW.phone OR p.name_and_company = NEW.name_and_company));
  DELETE FROM duplicates WHERE account_id = NEW.account_id AND older_id = NEW.id AND dismissed_at IS NULL AND NOT EXISTS (
    SELECT 1 FROM prospects p WHERE p.account_id = NEW.account_id AND p.id = newer_id
      AND (p.phone = NEW.phone OR p.name_and_company = NEW.name_and_company));
  INSERT INTO duplicates (account_id, newer_id, older_id)
    SELECT NEW.account_id, max(NEW.id, id), min(NEW.id, id) FROM (
      SELECT * FROM (SELECT id FROM prospects INDEXED BY prospects_phone
        WHERE account_id = NEW.account_id AND phone = NEW.phone AND id <> NEW.id ORDER BY id DESC LIMIT 5)
      UNION SELECT * FROM (SELECT id FROM prospects INDEXED BY prospects_same_name
        WHERE account_id = NEW.account_id AND name_and_company = NEW.name_and_company AND id <> NEW.id ORDER BY id DESC LIMIT 5))
    WHERE true ON CONFLICT DO NOTHING;
END;
