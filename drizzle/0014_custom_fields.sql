-- Written by hand: STRICT, WITHOUT ROWID, the triggers and the planner's statistics.
CREATE TABLE `fields` (
	`account_id` text NOT NULL,
	`id` text NOT NULL,
	`name` text NOT NULL,
	`name_key` text NOT NULL,
	`key` text NOT NULL,
	`type` text NOT NULL,
	`options` text DEFAULT '[]' NOT NULL,
	`filterable` integer NOT NULL,
	`deleted_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`account_id`, `id`),
	FOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE no action
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `fields_key` ON `fields` (`account_id`,`key`);--> statement-breakpoint
CREATE UNIQUE INDEX `fields_name` ON `fields` (`account_id`,`name_key`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE TABLE `prospect_custom` (
	`account_id` text NOT NULL,
	`field` text NOT NULL,
	`value` any NOT NULL,
	`prospect_id` text NOT NULL,
	PRIMARY KEY(`account_id`, `field`, `value`, `prospect_id`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
ALTER TABLE `prospects` ADD `custom` text DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE `prospects` ADD `custom_keys` text DEFAULT '[]' NOT NULL;
--> statement-breakpoint
CREATE TRIGGER prospects_insert_custom AFTER INSERT ON prospects WHEN NEW.custom_keys <> '[]'
BEGIN
  INSERT INTO prospect_custom (account_id, field, value, prospect_id)
    SELECT NEW.account_id, value ->> 0, value ->> 1, NEW.id FROM json_each(NEW.custom_keys);
END;
--> statement-breakpoint
CREATE TRIGGER prospects_update_custom AFTER UPDATE OF custom_keys ON prospects WHEN OLD.custom_keys IS NOT NEW.custom_keys
BEGIN
  DELETE FROM prospect_custom WHERE (account_id, field, value, prospect_id) IN (
    SELECT OLD.account_id, value ->> 0, value ->> 1, OLD.id FROM json_each(OLD.custom_keys)
    WHERE value NOT IN (SELECT value FROM json_each(NEW.custom_keys)));
  INSERT INTO prospect_custom (account_id, field, value, prospect_id)
    SELECT NEW.account_id, value ->> 0, value ->> 1, NEW.id FROM json_each(NEW.custom_keys)
    WHERE value NOT IN (SELECT value FROM json_each(OLD.custom_keys));
END;
--> statement-breakpoint
CREATE TRIGGER prospects_delete_custom AFTER DELETE ON prospects WHEN OLD.custom_keys <> '[]'
BEGIN
  DELETE FROM prospect_custom WHERE (account_id, field, value, prospect_id) IN (
    SELECT OLD.account_id, value ->> 0, value ->> 1, OLD.id FROM json_each(OLD.custom_keys));
END;
--> statement-breakpoint
-- The references to users, as a foreign key would have them: a value of the field '' is the id of a user.
CREATE TRIGGER prospect_custom_user BEFORE INSERT ON prospect_custom
WHEN NEW.field = '' AND NOT EXISTS (SELECT 1 FROM users WHERE account_id = NEW.account_id AND id = NEW.value)
BEGIN
  SELECT RAISE(ABORT, 'FOREIGN KEY constraint failed');
END;
--> statement-breakpoint
CREATE TRIGGER users_delete_custom BEFORE DELETE ON users
WHEN EXISTS (SELECT 1 FROM prospect_custom WHERE account_id = OLD.account_id AND field = '' AND value = OLD.id)
BEGIN
  SELECT RAISE(ABORT, 'FOREIGN KEY constraint failed');
END;
--> statement-breakpoint
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('fields', 'fields', '1000 10 1'),
  ('fields', 'fields_key', '1000 10 1'),
  ('fields', 'fields_name', '1000 10 1'),
  ('prospect_custom', 'prospect_custom', '3000000 30000 10000 100 1');
--> statement-breakpoint
ANALYZE sqlite_schema;
