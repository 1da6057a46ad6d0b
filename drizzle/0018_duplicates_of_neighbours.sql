-- When a prospect leaves those with its phone, or with its name and company, the next newer ones are compared with one more.
CREATE TRIGGER prospects_delete_duplicates AFTER DELETE ON prospects
BEGIN
  INSERT INTO duplicates (account_id, newer_id, older_id)
    SELECT OLD.account_id, n.id, o.value FROM (
      SELECT id FROM prospects INDEXED BY prospects_phone
      WHERE account_id = OLD.account_id AND phone = OLD.phone AND id > OLD.id ORDER BY id LIMIT 5) n
    CROSS JOIN json_each((SELECT json_group_array(id) FROM (
      SELECT id FROM prospects INDEXED BY prospects_phone
      WHERE account_id = OLD.account_id AND phone = OLD.phone AND id < n.id ORDER BY id DESC LIMIT 5))) o
    WHERE true ON CONFLICT DO NOTHING;
  INSERT INTO duplicates (account_id, newer_id, older_id)
    SELECT OLD.account_id, n.id, o.value FROM (
      SELECT id FROM prospects INDEXED BY prospects_same_name
      WHERE account_id = OLD.account_id AND name_and_company = OLD.name_and_company AND id > OLD.id ORDER BY id LIMIT 5) n
    CROSS JOIN json_each((SELECT json_group_array(id) FROM (
      SELECT id FROM prospects INDEXED BY prospects_same_name
      WHERE account_id = OLD.account_id AND name_and_company = OLD.name_and_company AND id < n.id ORDER BY id DESC LIMIT 5))) o
    WHERE true ON CONFLICT DO NOTHING;
END;
--> statement-breakpoint
CREATE TRIGGER prospects_leave_duplicates AFTER UPDATE OF phone, words ON prospects
WHEN OLD.phone IS NOT NEW.phone OR OLD.name_and_company IS NOT NEW.name_and_company
BEGIN
  INSERT INTO duplicates (account_id, newer_id, older_id)
    SELECT OLD.account_id, n.id, o.value FROM (
      SELECT id FROM prospects INDEXED BY prospects_phone
      WHERE OLD.phone IS NOT NEW.phone AND account_id = OLD.account_id AND phone = OLD.phone AND id > OLD.id ORDER BY id LIMIT 5) n
    CROSS JOIN json_each((SELECT json_group_array(id) FROM (
      SELECT id FROM prospects INDEXED BY prospects_phone
      WHERE account_id = OLD.account_id AND phone = OLD.phone AND id < n.id ORDER BY id DESC LIMIT 5))) o
    WHERE true ON CONFLICT DO NOTHING;
  INSERT INTO duplicates (account_id, newer_id, older_id)
    SELECT OLD.account_id, n.id, o.value FROM (
      SELECT id FROM prospects INDEXED BY prospects_same_name
      WHERE OLD.name_and_company IS NOT NEW.name_and_company AND account_id = OLD.account_id AND name_and_company = OLD.name_and_company AND id > OLD.id ORDER BY id LIMIT 5) n
    CROSS JOIN json_each((SELECT json_group_array(id) FROM (
      SELECT id FROM prospects INDEXED BY prospects_same_name
      WHERE account_id = OLD.account_id AND name_and_company = OLD.name_and_company AND id < n.id ORDER BY id DESC LIMIT 5))) o
    WHERE true ON CONFLICT DO NOTHING;
END;
