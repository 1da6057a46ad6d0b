-- Triggers that hold for every write: label and job sets in canonical order, the join tables, the words and the counters.
CREATE TRIGGER prospects_canonical_insert BEFORE INSERT ON prospects
WHEN NEW.labels IS NOT (SELECT json_group_array(value) FROM (SELECT DISTINCT value FROM json_each(NEW.labels) ORDER BY value))
  OR NEW.jobs IS NOT (SELECT json_group_array(value) FROM (SELECT DISTINCT value FROM json_each(NEW.jobs) ORDER BY value))
BEGIN
  SELECT RAISE(ABORT, 'labels or jobs not canonical');
END;
--> statement-breakpoint
CREATE TRIGGER prospects_canonical_update BEFORE UPDATE OF labels, jobs ON prospects
WHEN NEW.labels IS NOT (SELECT json_group_array(value) FROM (SELECT DISTINCT value FROM json_each(NEW.labels) ORDER BY value))
  OR NEW.jobs IS NOT (SELECT json_group_array(value) FROM (SELECT DISTINCT value FROM json_each(NEW.jobs) ORDER BY value))
BEGIN
  SELECT RAISE(ABORT, 'labels or jobs not canonical');
END;
--> statement-breakpoint
CREATE TRIGGER prospects_key_update BEFORE UPDATE OF account_id, id ON prospects
WHEN OLD.account_id IS NOT NEW.account_id OR OLD.id IS NOT NEW.id
BEGIN
  SELECT RAISE(ABORT, 'a key never changes');
END;
--> statement-breakpoint
CREATE TRIGGER prospects_insert AFTER INSERT ON prospects
BEGIN
  INSERT INTO prospect_labels (account_id, label_id, prospect_id, stage_id)
    SELECT NEW.account_id, value, NEW.id, coalesce(NEW.stage_id, '') FROM json_each(NEW.labels);
  INSERT INTO prospect_jobs (account_id, job_id, prospect_id)
    SELECT NEW.account_id, value, NEW.id FROM json_each(NEW.jobs);
  INSERT INTO prospect_words (account_id, field, word, prospect_id)
    SELECT NEW.account_id, value ->> 0, value ->> 1, NEW.id FROM json_each(NEW.words);
  INSERT INTO label_set_members (account_id, label_id, label_set)
    SELECT NEW.account_id, value, NEW.labels FROM json_each(NEW.labels)
    WHERE NOT EXISTS (SELECT 1 FROM prospect_counts WHERE account_id = NEW.account_id AND label_set = NEW.labels);
  INSERT INTO prospect_counts (account_id, label_set, stage_id, n)
    VALUES (NEW.account_id, NEW.labels, coalesce(NEW.stage_id, ''), 1), (NEW.account_id, '*', coalesce(NEW.stage_id, ''), 1)
    ON CONFLICT (account_id, label_set, stage_id) DO UPDATE SET n = n + 1;
END;
--> statement-breakpoint
CREATE TRIGGER prospects_update_sets AFTER UPDATE OF labels, stage_id ON prospects
WHEN OLD.labels IS NOT NEW.labels OR OLD.stage_id IS NOT NEW.stage_id
BEGIN
  DELETE FROM prospect_labels
    WHERE OLD.labels IS NOT NEW.labels AND account_id = OLD.account_id AND prospect_id = OLD.id
      AND label_id IN (SELECT value FROM json_each(OLD.labels) EXCEPT SELECT value FROM json_each(NEW.labels));
  UPDATE prospect_labels SET stage_id = coalesce(NEW.stage_id, '')
    WHERE OLD.stage_id IS NOT NEW.stage_id AND account_id = NEW.account_id AND prospect_id = NEW.id
      AND label_id IN (SELECT value FROM json_each(NEW.labels));
  INSERT INTO prospect_labels (account_id, label_id, prospect_id, stage_id)
    SELECT NEW.account_id, value, NEW.id, coalesce(NEW.stage_id, '')
    FROM (SELECT value FROM json_each(NEW.labels) EXCEPT SELECT value FROM json_each(OLD.labels))
    WHERE OLD.labels IS NOT NEW.labels;
  INSERT INTO label_set_members (account_id, label_id, label_set)
    SELECT NEW.account_id, value, NEW.labels FROM json_each(NEW.labels)
    WHERE NOT EXISTS (SELECT 1 FROM prospect_counts WHERE account_id = NEW.account_id AND label_set = NEW.labels);
  INSERT INTO prospect_counts (account_id, label_set, stage_id, n)
    VALUES (NEW.account_id, NEW.labels, coalesce(NEW.stage_id, ''), 1)
    ON CONFLICT (account_id, label_set, stage_id) DO UPDATE SET n = n + 1;
  INSERT INTO prospect_counts (account_id, label_set, stage_id, n)
    SELECT NEW.account_id, '*', coalesce(NEW.stage_id, ''), 1 WHERE OLD.stage_id IS NOT NEW.stage_id
    ON CONFLICT (account_id, label_set, stage_id) DO UPDATE SET n = n + 1;
  UPDATE prospect_counts SET n = n - 1
    WHERE account_id = OLD.account_id AND label_set = OLD.labels AND stage_id = coalesce(OLD.stage_id, '');
  UPDATE prospect_counts SET n = n - 1
    WHERE OLD.stage_id IS NOT NEW.stage_id AND account_id = OLD.account_id AND label_set = '*' AND stage_id = coalesce(OLD.stage_id, '');
  DELETE FROM prospect_counts
    WHERE account_id = OLD.account_id AND label_set IN (OLD.labels, '*') AND stage_id = coalesce(OLD.stage_id, '') AND n = 0;
  DELETE FROM label_set_members
    WHERE account_id = OLD.account_id AND label_id IN (SELECT value FROM json_each(OLD.labels)) AND label_set = OLD.labels
      AND NOT EXISTS (SELECT 1 FROM prospect_counts WHERE account_id = OLD.account_id AND label_set = OLD.labels);
END;
--> statement-breakpoint
CREATE TRIGGER prospects_update_jobs AFTER UPDATE OF jobs ON prospects WHEN OLD.jobs IS NOT NEW.jobs
BEGIN
  DELETE FROM prospect_jobs WHERE account_id = OLD.account_id AND prospect_id = OLD.id
    AND job_id IN (SELECT value FROM json_each(OLD.jobs) EXCEPT SELECT value FROM json_each(NEW.jobs));
  INSERT INTO prospect_jobs (account_id, job_id, prospect_id)
    SELECT NEW.account_id, value, NEW.id FROM (SELECT value FROM json_each(NEW.jobs) EXCEPT SELECT value FROM json_each(OLD.jobs));
END;
--> statement-breakpoint
CREATE TRIGGER prospects_update_words AFTER UPDATE OF words ON prospects WHEN OLD.words IS NOT NEW.words
BEGIN
  DELETE FROM prospect_words WHERE (account_id, field, word, prospect_id) IN (
    SELECT OLD.account_id, value ->> 0, value ->> 1, OLD.id FROM json_each(OLD.words)
    WHERE value NOT IN (SELECT value FROM json_each(NEW.words)));
  INSERT INTO prospect_words (account_id, field, word, prospect_id)
    SELECT NEW.account_id, value ->> 0, value ->> 1, NEW.id FROM json_each(NEW.words)
    WHERE value NOT IN (SELECT value FROM json_each(OLD.words));
END;
--> statement-breakpoint
CREATE TRIGGER prospects_delete AFTER DELETE ON prospects
BEGIN
  DELETE FROM prospect_labels
    WHERE account_id = OLD.account_id AND prospect_id = OLD.id AND label_id IN (SELECT value FROM json_each(OLD.labels));
  DELETE FROM prospect_jobs
    WHERE account_id = OLD.account_id AND prospect_id = OLD.id AND job_id IN (SELECT value FROM json_each(OLD.jobs));
  DELETE FROM prospect_words WHERE (account_id, field, word, prospect_id) IN (
    SELECT OLD.account_id, value ->> 0, value ->> 1, OLD.id FROM json_each(OLD.words));
  UPDATE prospect_counts SET n = n - 1
    WHERE account_id = OLD.account_id AND label_set IN (OLD.labels, '*') AND stage_id = coalesce(OLD.stage_id, '');
  DELETE FROM prospect_counts
    WHERE account_id = OLD.account_id AND label_set IN (OLD.labels, '*') AND stage_id = coalesce(OLD.stage_id, '') AND n = 0;
  DELETE FROM label_set_members
    WHERE account_id = OLD.account_id AND label_id IN (SELECT value FROM json_each(OLD.labels)) AND label_set = OLD.labels
      AND NOT EXISTS (SELECT 1 FROM prospect_counts WHERE account_id = OLD.account_id AND label_set = OLD.labels);
END;
