-- SQL cannot fold accents. So existing prospects get a sort key that is nearly right, and no words of their address. The
-- schedule sets both (src/prospects/index-prospects.ts).
-- Written by hand: the stored data, the triggers and the planner's statistics.
ALTER TABLE `prospects` ADD `address_words` text DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE `prospects` ADD `name_key` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `prospects` ADD `indexed_version` integer;--> statement-breakpoint
UPDATE prospects SET name_key = lower(last_name) || char(9) || lower(first_name);--> statement-breakpoint
CREATE INDEX `prospects_name` ON `prospects` (`account_id`,`name_key`,`id`);--> statement-breakpoint
CREATE INDEX `prospects_unindexed` ON `prospects` (`account_id`,`id`) WHERE indexed_version IS NULL;
--> statement-breakpoint
CREATE TRIGGER prospects_insert_address AFTER INSERT ON prospects WHEN NEW.address_words <> '[]'
BEGIN
  INSERT INTO prospect_words (account_id, field, word, prospect_id)
    SELECT NEW.account_id, value ->> 0, value ->> 1, NEW.id FROM json_each(NEW.address_words);
END;
--> statement-breakpoint
CREATE TRIGGER prospects_update_address AFTER UPDATE OF address_words ON prospects WHEN OLD.address_words IS NOT NEW.address_words
BEGIN
  DELETE FROM prospect_words WHERE (account_id, field, word, prospect_id) IN (
    SELECT OLD.account_id, value ->> 0, value ->> 1, OLD.id FROM json_each(OLD.address_words)
    WHERE value NOT IN (SELECT value FROM json_each(NEW.address_words)));
  INSERT INTO prospect_words (account_id, field, word, prospect_id)
    SELECT NEW.account_id, value ->> 0, value ->> 1, NEW.id FROM json_each(NEW.address_words)
    WHERE value NOT IN (SELECT value FROM json_each(OLD.address_words));
END;
--> statement-breakpoint
CREATE TRIGGER prospects_delete_address AFTER DELETE ON prospects WHEN OLD.address_words <> '[]'
BEGIN
  DELETE FROM prospect_words WHERE (account_id, field, word, prospect_id) IN (
    SELECT OLD.account_id, value ->> 0, value ->> 1, OLD.id FROM json_each(OLD.address_words));
END;
--> statement-breakpoint
-- Code that does not know the columns created the prospect, or changed a name or an address: the schedule indexes it again.
CREATE TRIGGER prospects_insert_unindexed AFTER INSERT ON prospects WHEN NEW.indexed_version IS NULL
BEGIN
  UPDATE prospects SET name_key = lower(last_name) || char(9) || lower(first_name)
    WHERE account_id = NEW.account_id AND id = NEW.id;
END;
--> statement-breakpoint
CREATE TRIGGER prospects_update_unindexed AFTER UPDATE OF first_name, last_name, city, state, postal_code ON prospects
WHEN NEW.indexed_version IS NOT NEW.version AND (
  OLD.first_name IS NOT NEW.first_name OR OLD.last_name IS NOT NEW.last_name OR OLD.city IS NOT NEW.city
  OR OLD.state IS NOT NEW.state OR OLD.postal_code IS NOT NEW.postal_code)
BEGIN
  UPDATE prospects SET name_key = lower(last_name) || char(9) || lower(first_name), indexed_version = NULL
    WHERE account_id = NEW.account_id AND id = NEW.id;
END;
--> statement-breakpoint
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('prospects', 'prospects_name', '1000000 10000 2 1'),
  ('prospects', 'prospects_unindexed', '1000 10 1');
--> statement-breakpoint
ANALYZE sqlite_schema;
