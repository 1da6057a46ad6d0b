ALTER TABLE `imports` ADD `kind` text DEFAULT 'file' NOT NULL;--> statement-breakpoint
ALTER TABLE `imports` ADD `erased` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `imports` ADD `total` integer;--> statement-breakpoint
ALTER TABLE `imports` ADD `after` text;--> statement-breakpoint
-- The filters and the values of a bulk change can name a person. They are not needed after its end.
CREATE TRIGGER imports_forget_change AFTER UPDATE OF finished_at ON imports
WHEN NEW.finished_at IS NOT NULL AND NEW.kind <> 'file'
BEGIN
  UPDATE imports SET format = '{}' WHERE account_id = NEW.account_id AND id = NEW.id;
END;
