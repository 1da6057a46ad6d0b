ALTER TABLE idempotency_keys ADD same_as text;
