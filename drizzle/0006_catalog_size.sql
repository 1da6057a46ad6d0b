-- The number of objects in each account's catalog. Written by hand: the present numbers, and the triggers that maintain them.
ALTER TABLE accounts ADD catalog_size integer DEFAULT 0 NOT NULL;
--> statement-breakpoint
UPDATE accounts SET catalog_size = (SELECT count(*) FROM pipelines t WHERE t.account_id = accounts.id)
  + (SELECT count(*) FROM stages t WHERE t.account_id = accounts.id)
  + (SELECT count(*) FROM labels t WHERE t.account_id = accounts.id)
  + (SELECT count(*) FROM sources t WHERE t.account_id = accounts.id)
  + (SELECT count(*) FROM offices t WHERE t.account_id = accounts.id)
  + (SELECT count(*) FROM users t WHERE t.account_id = accounts.id)
  + (SELECT count(*) FROM jobs t WHERE t.account_id = accounts.id);
--> statement-breakpoint
CREATE TRIGGER pipelines_counted AFTER INSERT ON pipelines
BEGIN
  UPDATE accounts SET catalog_size = catalog_size + 1 WHERE id = NEW.account_id;
END;
--> statement-breakpoint
CREATE TRIGGER pipelines_discounted AFTER DELETE ON pipelines
BEGIN
  UPDATE accounts SET catalog_size = catalog_size - 1 WHERE id = OLD.account_id;
END;
--> statement-breakpoint
CREATE TRIGGER stages_counted AFTER INSERT ON stages
BEGIN
  UPDATE accounts SET catalog_size = catalog_size + 1 WHERE id = NEW.account_id;
END;
--> statement-breakpoint
CREATE TRIGGER stages_discounted AFTER DELETE ON stages
BEGIN
  UPDATE accounts SET catalog_size = catalog_size - 1 WHERE id = OLD.account_id;
END;
--> statement-breakpoint
CREATE TRIGGER labels_counted AFTER INSERT ON labels
BEGIN
  UPDATE accounts SET catalog_size = catalog_size + 1 WHERE id = NEW.account_id;
END;
--> statement-breakpoint
CREATE TRIGGER labels_discounted AFTER DELETE ON labels
BEGIN
  UPDATE accounts SET catalog_size = catalog_size - 1 WHERE id = OLD.account_id;
END;
--> statement-breakpoint
CREATE TRIGGER sources_counted AFTER INSERT ON sources
BEGIN
  UPDATE accounts SET catalog_size = catalog_size + 1 WHERE id = NEW.account_id;
END;
--> statement-breakpoint
CREATE TRIGGER sources_discounted AFTER DELETE ON sources
BEGIN
  UPDATE accounts SET catalog_size = catalog_size - 1 WHERE id = OLD.account_id;
END;
--> statement-breakpoint
CREATE TRIGGER offices_counted AFTER INSERT ON offices
BEGIN
  UPDATE accounts SET catalog_size = catalog_size + 1 WHERE id = NEW.account_id;
END;
--> statement-breakpoint
CREATE TRIGGER offices_discounted AFTER DELETE ON offices
BEGIN
  UPDATE accounts SET catalog_size = catalog_size - 1 WHERE id = OLD.account_id;
END;
--> statement-breakpoint
CREATE TRIGGER users_counted AFTER INSERT ON users
BEGIN
  UPDATE accounts SET catalog_size = catalog_size + 1 WHERE id = NEW.account_id;
END;
--> statement-breakpoint
CREATE TRIGGER users_discounted AFTER DELETE ON users
BEGIN
  UPDATE accounts SET catalog_size = catalog_size - 1 WHERE id = OLD.account_id;
END;
--> statement-breakpoint
CREATE TRIGGER jobs_counted AFTER INSERT ON jobs
BEGIN
  UPDATE accounts SET catalog_size = catalog_size + 1 WHERE id = NEW.account_id;
END;
--> statement-breakpoint
CREATE TRIGGER jobs_discounted AFTER DELETE ON jobs
BEGIN
  UPDATE accounts SET catalog_size = catalog_size - 1 WHERE id = OLD.account_id;
END;
