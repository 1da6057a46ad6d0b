-- contract: only triggers write the two dropped tables, and views with the same names and columns serve the code that reads them.
-- Written by hand: STRICT, WITHOUT ROWID, the stored data, the triggers, the views and the planner's statistics.
CREATE TABLE label_set_counts (
  account_id text NOT NULL,
  label_set integer NOT NULL,
  stage_id text NOT NULL,
  n integer NOT NULL,
  PRIMARY KEY(account_id, label_set, stage_id),
  CONSTRAINT "label_set_counts_n" CHECK(n >= 0)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE label_memberships (
  label_weight integer NOT NULL,
  label_set integer NOT NULL,
  PRIMARY KEY(label_weight, label_set)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
ALTER TABLE labels ADD weight integer;
--> statement-breakpoint
ALTER TABLE prospect_labels ADD n integer DEFAULT 0 NOT NULL;
--> statement-breakpoint
UPDATE labels SET weight = random() & 0xffffffffffffff;
--> statement-breakpoint
UPDATE prospect_labels AS p SET n = newest.n
  FROM (SELECT account_id, label_id, max(prospect_id) AS prospect_id, count(*) AS n FROM prospect_labels GROUP BY 1, 2) newest
  WHERE p.account_id = newest.account_id AND p.label_id = newest.label_id AND p.prospect_id = newest.prospect_id;
--> statement-breakpoint
INSERT INTO label_set_counts (account_id, label_set, stage_id, n)
  SELECT c.account_id, coalesce((
      SELECT sum(l.weight) FROM json_each(nullif(c.label_set, '*')) k
        CROSS JOIN labels l ON l.account_id = c.account_id AND l.id = k.value
    ), 0), c.stage_id, c.n
  FROM prospect_counts c WHERE c.label_set <> '[]';
--> statement-breakpoint
INSERT INTO label_memberships (label_weight, label_set)
  WITH sets AS MATERIALIZED (
    SELECT s.account_id, s.label_set AS labels, (
        SELECT sum(l.weight) FROM json_each(s.label_set) k
          CROSS JOIN labels l ON l.account_id = s.account_id AND l.id = k.value
      ) AS label_set
    FROM (SELECT DISTINCT account_id, label_set FROM prospect_counts WHERE label_set NOT IN ('*', '[]')) s
  )
  SELECT l.weight, sets.label_set FROM sets CROSS JOIN json_each(sets.labels) k
    CROSS JOIN labels l ON l.account_id = sets.account_id AND l.id = k.value;
--> statement-breakpoint
DROP TRIGGER prospects_canonical_insert;
--> statement-breakpoint
DROP TRIGGER prospects_canonical_update;
--> statement-breakpoint
DROP TRIGGER prospects_insert;
--> statement-breakpoint
DROP TRIGGER prospects_update_sets;
--> statement-breakpoint
DROP TRIGGER prospects_delete;
--> statement-breakpoint
DROP TABLE prospect_counts;
--> statement-breakpoint
DROP TABLE label_set_members;
--> statement-breakpoint
CREATE VIEW prospect_counts (account_id, label_set, stage_id, n) AS
  SELECT account_id, '*', stage_id, n FROM label_set_counts WHERE label_set = 0
  UNION ALL SELECT account_id, label_set, stage_id, n FROM label_set_counts WHERE label_set <> 0;
--> statement-breakpoint
CREATE VIEW label_set_members (account_id, label_id, label_set) AS
  SELECT l.account_id, l.id, m.label_set FROM labels l CROSS JOIN label_memberships m ON m.label_weight = l.weight;
--> statement-breakpoint
-- As before, but each value is compared once, with the value before it.
CREATE TRIGGER prospects_canonical_insert BEFORE INSERT ON prospects
WHEN EXISTS (SELECT 1 FROM json_each(NEW.labels) WHERE key > 0 AND value <= NEW.labels ->> (key - 1))
  OR EXISTS (SELECT 1 FROM json_each(NEW.jobs) WHERE key > 0 AND value <= NEW.jobs ->> (key - 1))
BEGIN
  SELECT RAISE(ABORT, 'labels or jobs not canonical');
END;
--> statement-breakpoint
CREATE TRIGGER prospects_canonical_update BEFORE UPDATE OF labels, jobs ON prospects
WHEN EXISTS (SELECT 1 FROM json_each(NEW.labels) WHERE key > 0 AND value <= NEW.labels ->> (key - 1))
  OR EXISTS (SELECT 1 FROM json_each(NEW.jobs) WHERE key > 0 AND value <= NEW.jobs ->> (key - 1))
BEGIN
  SELECT RAISE(ABORT, 'labels or jobs not canonical');
END;
--> statement-breakpoint
CREATE TRIGGER labels_weighed AFTER INSERT ON labels WHEN NEW.weight IS NULL
BEGIN
  UPDATE labels SET weight = random() & 0xffffffffffffff WHERE account_id = NEW.account_id AND id = NEW.id;
END;
--> statement-breakpoint
-- An insert counts one prospect more (change 1) or fewer (-1) in a set and stage. It is a view, so that the key of the set, which
-- every statement below needs, is computed once.
CREATE VIEW label_set_changes (account_id, labels, label_set, stage_id, change) AS
  SELECT account_id, '[]', label_set, stage_id, 0 FROM label_set_counts;
--> statement-breakpoint
CREATE TRIGGER label_set_counted INSTEAD OF INSERT ON label_set_changes WHEN NEW.change = 1
BEGIN
  INSERT INTO label_memberships (label_weight, label_set)
    SELECT l.weight, NEW.label_set FROM json_each(NEW.labels) k
      CROSS JOIN labels l ON l.account_id = NEW.account_id AND l.id = k.value
    WHERE NOT EXISTS (SELECT 1 FROM label_set_counts WHERE account_id = NEW.account_id AND label_set = NEW.label_set);
  INSERT INTO label_set_counts (account_id, label_set, stage_id, n)
    VALUES (NEW.account_id, NEW.label_set, NEW.stage_id, 1)
    ON CONFLICT (account_id, label_set, stage_id) DO UPDATE SET n = n + 1;
END;
--> statement-breakpoint
CREATE TRIGGER label_set_discounted INSTEAD OF INSERT ON label_set_changes WHEN NEW.change = -1
BEGIN
  UPDATE label_set_counts SET n = n - 1
    WHERE account_id = NEW.account_id AND label_set = NEW.label_set AND stage_id = NEW.stage_id;
  DELETE FROM label_set_counts
    WHERE account_id = NEW.account_id AND label_set = NEW.label_set AND stage_id = NEW.stage_id AND n = 0;
  DELETE FROM label_memberships
    WHERE (label_weight, label_set) IN (
      SELECT l.weight, NEW.label_set FROM json_each(NEW.labels) k
        CROSS JOIN labels l ON l.account_id = NEW.account_id AND l.id = k.value
      WHERE NOT EXISTS (SELECT 1 FROM label_set_counts WHERE account_id = NEW.account_id AND label_set = NEW.label_set));
END;
--> statement-breakpoint
-- The row of a label's newest prospect has the label's count. A newer prospect takes over the count, plus one.
CREATE VIEW label_assignments (account_id, label_id, prospect_id, stage_id) AS
  SELECT account_id, label_id, prospect_id, stage_id FROM prospect_labels;
--> statement-breakpoint
CREATE TRIGGER label_assigned INSTEAD OF INSERT ON label_assignments
BEGIN
  INSERT INTO prospect_labels (account_id, label_id, prospect_id, stage_id, n)
    VALUES (NEW.account_id, NEW.label_id, NEW.prospect_id, NEW.stage_id, 1 + coalesce((
      SELECT n FROM prospect_labels WHERE account_id = NEW.account_id AND label_id = NEW.label_id
      ORDER BY prospect_id DESC LIMIT 1), 0));
  UPDATE prospect_labels SET n = n + 1
    WHERE account_id = NEW.account_id AND label_id = NEW.label_id AND prospect_id = (
      SELECT prospect_id FROM prospect_labels
      WHERE account_id = NEW.account_id AND label_id = NEW.label_id AND prospect_id > NEW.prospect_id
      ORDER BY prospect_id DESC LIMIT 1);
END;
--> statement-breakpoint
CREATE TRIGGER prospect_labels_discounted BEFORE DELETE ON prospect_labels
BEGIN
  UPDATE prospect_labels SET n = (
      SELECT n - 1 FROM prospect_labels WHERE account_id = OLD.account_id AND label_id = OLD.label_id
      ORDER BY prospect_id DESC LIMIT 1)
    WHERE account_id = OLD.account_id AND label_id = OLD.label_id AND prospect_id = (
      SELECT prospect_id FROM prospect_labels
      WHERE account_id = OLD.account_id AND label_id = OLD.label_id AND prospect_id <> OLD.prospect_id
      ORDER BY prospect_id DESC LIMIT 1);
END;
--> statement-breakpoint
-- A deleted label has no weight. The foreign key of prospect_labels rejects such a write.
CREATE TRIGGER prospects_insert AFTER INSERT ON prospects
BEGIN
  INSERT INTO label_set_changes (account_id, labels, label_set, stage_id, change)
    SELECT NEW.account_id, '[]', 0, coalesce(NEW.stage_id, ''), 1
    UNION ALL SELECT NEW.account_id, NEW.labels, (
        SELECT coalesce(sum(l.weight), 0) FROM json_each(NEW.labels) k
          CROSS JOIN labels l ON l.account_id = NEW.account_id AND l.id = k.value
      ), coalesce(NEW.stage_id, ''), 1 WHERE NEW.labels <> '[]';
  INSERT INTO label_assignments (account_id, label_id, prospect_id, stage_id)
    SELECT NEW.account_id, value, NEW.id, coalesce(NEW.stage_id, '') FROM json_each(NEW.labels);
  INSERT INTO prospect_jobs (account_id, job_id, prospect_id)
    SELECT NEW.account_id, value, NEW.id FROM json_each(NEW.jobs);
  INSERT INTO prospect_words (account_id, field, word, prospect_id)
    SELECT NEW.account_id, value ->> 0, value ->> 1, NEW.id FROM json_each(NEW.words);
END;
--> statement-breakpoint
CREATE TRIGGER prospects_update_sets AFTER UPDATE OF labels, stage_id ON prospects
WHEN OLD.labels IS NOT NEW.labels OR OLD.stage_id IS NOT NEW.stage_id
BEGIN
  -- first what is counted more: a set that stays in use keeps its members
  INSERT INTO label_set_changes (account_id, labels, label_set, stage_id, change)
    SELECT NEW.account_id, NEW.labels, (
        SELECT coalesce(sum(l.weight), 0) FROM json_each(NEW.labels) k
          CROSS JOIN labels l ON l.account_id = NEW.account_id AND l.id = k.value
      ), coalesce(NEW.stage_id, ''), 1 WHERE NEW.labels <> '[]'
    UNION ALL SELECT OLD.account_id, OLD.labels, (
        SELECT coalesce(sum(l.weight), 0) FROM json_each(OLD.labels) k
          CROSS JOIN labels l ON l.account_id = OLD.account_id AND l.id = k.value
      ), coalesce(OLD.stage_id, ''), -1 WHERE OLD.labels <> '[]'
    UNION ALL SELECT NEW.account_id, '[]', 0, coalesce(NEW.stage_id, ''), 1 WHERE OLD.stage_id IS NOT NEW.stage_id
    UNION ALL SELECT OLD.account_id, '[]', 0, coalesce(OLD.stage_id, ''), -1 WHERE OLD.stage_id IS NOT NEW.stage_id;
  DELETE FROM prospect_labels
    WHERE OLD.labels IS NOT NEW.labels AND account_id = OLD.account_id AND prospect_id = OLD.id
      AND label_id IN (SELECT value FROM json_each(OLD.labels) EXCEPT SELECT value FROM json_each(NEW.labels));
  UPDATE prospect_labels SET stage_id = coalesce(NEW.stage_id, '')
    WHERE OLD.stage_id IS NOT NEW.stage_id AND account_id = NEW.account_id AND prospect_id = NEW.id
      AND label_id IN (SELECT value FROM json_each(NEW.labels));
  INSERT INTO label_assignments (account_id, label_id, prospect_id, stage_id)
    SELECT NEW.account_id, k.value, NEW.id, coalesce(NEW.stage_id, '')
    FROM (SELECT value FROM json_each(NEW.labels) EXCEPT SELECT value FROM json_each(OLD.labels)) k
    WHERE OLD.labels IS NOT NEW.labels;
END;
--> statement-breakpoint
CREATE TRIGGER prospects_delete AFTER DELETE ON prospects
BEGIN
  INSERT INTO label_set_changes (account_id, labels, label_set, stage_id, change)
    SELECT OLD.account_id, '[]', 0, coalesce(OLD.stage_id, ''), -1
    UNION ALL SELECT OLD.account_id, OLD.labels, (
        SELECT coalesce(sum(l.weight), 0) FROM json_each(OLD.labels) k
          CROSS JOIN labels l ON l.account_id = OLD.account_id AND l.id = k.value
      ), coalesce(OLD.stage_id, ''), -1 WHERE OLD.labels <> '[]';
  DELETE FROM prospect_labels
    WHERE account_id = OLD.account_id AND prospect_id = OLD.id AND label_id IN (SELECT value FROM json_each(OLD.labels));
  DELETE FROM prospect_jobs
    WHERE account_id = OLD.account_id AND prospect_id = OLD.id AND job_id IN (SELECT value FROM json_each(OLD.jobs));
  DELETE FROM prospect_words WHERE (account_id, field, word, prospect_id) IN (
    SELECT OLD.account_id, value ->> 0, value ->> 1, OLD.id FROM json_each(OLD.words));
END;
--> statement-breakpoint
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('label_set_counts', 'label_set_counts', '50000 500 5 1'),
  ('label_memberships', 'label_memberships', '50000 50 1');
--> statement-breakpoint
DELETE FROM sqlite_stat1 WHERE tbl IN ('prospect_counts', 'label_set_members');
--> statement-breakpoint
ANALYZE sqlite_schema;
