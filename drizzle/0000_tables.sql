-- Written by hand, because Drizzle cannot express them: STRICT, WITHOUT ROWID and the two deferred references.
CREATE TABLE accounts (
  id text PRIMARY KEY NOT NULL,
  name text NOT NULL,
  default_country text NOT NULL,
  default_pipeline_id text NOT NULL,
  catalog_version integer DEFAULT 0 NOT NULL,
  suspended_at integer,
  erased_at integer,
  created_at integer NOT NULL,
  updated_at integer NOT NULL,
  FOREIGN KEY (id,default_pipeline_id) REFERENCES pipelines(account_id,id) DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX accounts_erased ON accounts (erased_at) WHERE erased_at IS NOT NULL;
--> statement-breakpoint
CREATE TABLE api_keys (
  id text PRIMARY KEY NOT NULL,
  account_id text NOT NULL,
  name text NOT NULL,
  hash text NOT NULL,
  scopes text NOT NULL,
  expires_at integer,
  revoked_at integer,
  created_at integer NOT NULL,
  FOREIGN KEY (account_id) REFERENCES accounts(id)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX api_keys_account ON api_keys (account_id,id);
--> statement-breakpoint
CREATE TABLE deliveries (
  account_id text NOT NULL,
  webhook_id text NOT NULL,
  event_seq integer NOT NULL,
  status text NOT NULL,
  attempts integer DEFAULT 0 NOT NULL,
  next_at integer,
  last_status_code integer,
  last_error text,
  PRIMARY KEY(account_id, webhook_id, event_seq),
  FOREIGN KEY (account_id,webhook_id) REFERENCES webhooks(account_id,id)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX deliveries_due ON deliveries (next_at) WHERE next_at IS NOT NULL;
--> statement-breakpoint
CREATE TABLE events (
  account_id text NOT NULL,
  seq integer NOT NULL,
  nonce text NOT NULL,
  type text NOT NULL,
  prospect_id text,
  muted integer NOT NULL,
  key_id text NOT NULL,
  user_id text,
  source text NOT NULL,
  data text NOT NULL,
  PRIMARY KEY(account_id, seq),
  FOREIGN KEY (account_id) REFERENCES accounts(id)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX events_prospect ON events (account_id,prospect_id,seq);
--> statement-breakpoint
CREATE INDEX events_feed ON events (account_id,type,seq) WHERE muted = 0;
--> statement-breakpoint
CREATE TABLE idempotency_keys (
  account_id text NOT NULL,
  key text NOT NULL,
  hash text NOT NULL,
  status integer NOT NULL,
  headers text NOT NULL,
  body text NOT NULL,
  about text,
  expires_at integer NOT NULL,
  PRIMARY KEY(account_id, key)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX idempotency_keys_about ON idempotency_keys (account_id,about);
--> statement-breakpoint
CREATE INDEX idempotency_keys_expired ON idempotency_keys (expires_at);
--> statement-breakpoint
CREATE TABLE jobs (
  account_id text NOT NULL,
  id text NOT NULL,
  name text NOT NULL,
  name_key text NOT NULL,
  created_at integer NOT NULL,
  updated_at integer NOT NULL,
  PRIMARY KEY(account_id, id),
  FOREIGN KEY (account_id) REFERENCES accounts(id)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX jobs_order ON jobs (account_id,name_key,id);
--> statement-breakpoint
CREATE TABLE label_set_members (
  account_id text NOT NULL,
  label_id text NOT NULL,
  label_set text NOT NULL,
  PRIMARY KEY(account_id, label_id, label_set)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE labels (
  account_id text NOT NULL,
  id text NOT NULL,
  name text NOT NULL,
  name_key text NOT NULL,
  created_at integer NOT NULL,
  updated_at integer NOT NULL,
  PRIMARY KEY(account_id, id),
  FOREIGN KEY (account_id) REFERENCES accounts(id)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX labels_name ON labels (account_id,name_key);
--> statement-breakpoint
CREATE TABLE merges (
  account_id text NOT NULL,
  id text NOT NULL,
  into_id text NOT NULL,
  email text,
  phone text,
  PRIMARY KEY(account_id, id),
  FOREIGN KEY (account_id,into_id) REFERENCES prospects(account_id,id)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX merges_into ON merges (account_id,into_id);
--> statement-breakpoint
CREATE INDEX merges_email ON merges (account_id,email) WHERE email IS NOT NULL;
--> statement-breakpoint
CREATE INDEX merges_phone ON merges (account_id,phone,into_id) WHERE phone IS NOT NULL;
--> statement-breakpoint
CREATE TABLE moves (
  account_id text NOT NULL,
  kind text NOT NULL,
  from_id text NOT NULL,
  to_id text NOT NULL,
  key_id text NOT NULL,
  tried_at integer NOT NULL,
  PRIMARY KEY(account_id, kind, from_id),
  FOREIGN KEY (account_id) REFERENCES accounts(id)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX moves_tried ON moves (tried_at);
--> statement-breakpoint
CREATE TABLE offices (
  account_id text NOT NULL,
  id text NOT NULL,
  name text NOT NULL,
  name_key text NOT NULL,
  created_at integer NOT NULL,
  updated_at integer NOT NULL,
  PRIMARY KEY(account_id, id),
  FOREIGN KEY (account_id) REFERENCES accounts(id)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX offices_name ON offices (account_id,name_key);
--> statement-breakpoint
CREATE TABLE pipelines (
  account_id text NOT NULL,
  id text NOT NULL,
  name text NOT NULL,
  name_key text NOT NULL,
  position integer NOT NULL,
  default_stage_id text NOT NULL,
  created_at integer NOT NULL,
  updated_at integer NOT NULL,
  PRIMARY KEY(account_id, id),
  FOREIGN KEY (account_id) REFERENCES accounts(id),
  FOREIGN KEY (account_id,id,default_stage_id) REFERENCES stages(account_id,pipeline_id,id) DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX pipelines_name ON pipelines (account_id,name_key);
--> statement-breakpoint
CREATE INDEX pipelines_order ON pipelines (account_id,position,name_key,id);
--> statement-breakpoint
CREATE TABLE prospect_counts (
  account_id text NOT NULL,
  label_set text NOT NULL,
  stage_id text NOT NULL,
  n integer NOT NULL,
  PRIMARY KEY(account_id, label_set, stage_id),
  CONSTRAINT "prospect_counts_n" CHECK(n >= 0)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE prospect_jobs (
  account_id text NOT NULL,
  job_id text NOT NULL,
  prospect_id text NOT NULL,
  PRIMARY KEY(account_id, job_id, prospect_id),
  FOREIGN KEY (account_id,job_id) REFERENCES jobs(account_id,id)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE prospect_labels (
  account_id text NOT NULL,
  label_id text NOT NULL,
  prospect_id text NOT NULL,
  stage_id text NOT NULL,
  PRIMARY KEY(account_id, label_id, prospect_id),
  FOREIGN KEY (account_id,label_id) REFERENCES labels(account_id,id)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX prospect_labels_stage ON prospect_labels (account_id,label_id,stage_id,prospect_id);
--> statement-breakpoint
CREATE TABLE prospect_words (
  account_id text NOT NULL,
  field text NOT NULL,
  word text NOT NULL,
  prospect_id text NOT NULL,
  PRIMARY KEY(account_id, field, word, prospect_id)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE prospects (
  account_id text NOT NULL,
  id text NOT NULL,
  first_name text NOT NULL,
  last_name text NOT NULL,
  email text,
  phone text,
  stage_id text,
  labels text DEFAULT '[]' NOT NULL,
  jobs text DEFAULT '[]' NOT NULL,
  title text,
  company text,
  license_status text,
  notes text,
  street_address text,
  city text,
  state text,
  postal_code text,
  office_id text,
  source_id text,
  created_by_user_id text,
  updated_by_user_id text,
  words text DEFAULT '[]' NOT NULL,
  version integer DEFAULT 1 NOT NULL,
  created_at integer NOT NULL,
  updated_at integer NOT NULL,
  PRIMARY KEY(account_id, id),
  FOREIGN KEY (account_id) REFERENCES accounts(id),
  FOREIGN KEY (account_id,stage_id) REFERENCES stages(account_id,id),
  FOREIGN KEY (account_id,office_id) REFERENCES offices(account_id,id),
  FOREIGN KEY (account_id,source_id) REFERENCES sources(account_id,id),
  FOREIGN KEY (account_id,created_by_user_id) REFERENCES users(account_id,id),
  FOREIGN KEY (account_id,updated_by_user_id) REFERENCES users(account_id,id),
  CONSTRAINT "prospects_labels_array" CHECK(json_type(labels) = 'array'),
  CONSTRAINT "prospects_jobs_array" CHECK(json_type(jobs) = 'array'),
  CONSTRAINT "prospects_words_array" CHECK(json_type(words) = 'array')
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX prospects_email ON prospects (account_id,email) WHERE email IS NOT NULL;
--> statement-breakpoint
CREATE INDEX prospects_phone ON prospects (account_id,phone,id) WHERE phone IS NOT NULL;
--> statement-breakpoint
CREATE INDEX prospects_phone_only ON prospects (account_id,phone,id) WHERE phone IS NOT NULL AND email IS NULL;
--> statement-breakpoint
CREATE INDEX prospects_office ON prospects (account_id,office_id,id) WHERE office_id IS NOT NULL;
--> statement-breakpoint
CREATE INDEX prospects_source ON prospects (account_id,source_id,id) WHERE source_id IS NOT NULL;
--> statement-breakpoint
CREATE INDEX prospects_license ON prospects (account_id,license_status,id) WHERE license_status IS NOT NULL;
--> statement-breakpoint
CREATE INDEX prospects_created_by ON prospects (account_id,created_by_user_id,id) WHERE created_by_user_id IS NOT NULL;
--> statement-breakpoint
CREATE INDEX prospects_updated_by ON prospects (account_id,updated_by_user_id,id) WHERE updated_by_user_id IS NOT NULL;
--> statement-breakpoint
CREATE INDEX prospects_stage ON prospects (account_id,stage_id,id);
--> statement-breakpoint
CREATE INDEX prospects_updated ON prospects (account_id,updated_at,id);
--> statement-breakpoint
CREATE TABLE sources (
  account_id text NOT NULL,
  id text NOT NULL,
  name text NOT NULL,
  name_key text NOT NULL,
  created_at integer NOT NULL,
  updated_at integer NOT NULL,
  PRIMARY KEY(account_id, id),
  FOREIGN KEY (account_id) REFERENCES accounts(id)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX sources_name ON sources (account_id,name_key);
--> statement-breakpoint
CREATE TABLE stages (
  account_id text NOT NULL,
  id text NOT NULL,
  name text NOT NULL,
  name_key text NOT NULL,
  pipeline_id text NOT NULL,
  position integer NOT NULL,
  created_at integer NOT NULL,
  updated_at integer NOT NULL,
  PRIMARY KEY(account_id, id),
  FOREIGN KEY (account_id,pipeline_id) REFERENCES pipelines(account_id,id)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX stages_pipeline ON stages (account_id,pipeline_id,id);
--> statement-breakpoint
CREATE UNIQUE INDEX stages_name ON stages (account_id,pipeline_id,name_key);
--> statement-breakpoint
CREATE INDEX stages_named ON stages (account_id,name_key);
--> statement-breakpoint
CREATE INDEX stages_order ON stages (account_id,position,name_key,id);
--> statement-breakpoint
CREATE TABLE users (
  account_id text NOT NULL,
  id text NOT NULL,
  name text NOT NULL,
  name_key text NOT NULL,
  email text,
  created_at integer NOT NULL,
  updated_at integer NOT NULL,
  PRIMARY KEY(account_id, id),
  FOREIGN KEY (account_id) REFERENCES accounts(id)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX users_email ON users (account_id,email) WHERE email IS NOT NULL;
--> statement-breakpoint
CREATE INDEX users_order ON users (account_id,name_key,id);
--> statement-breakpoint
CREATE TABLE webhooks (
  account_id text NOT NULL,
  id text NOT NULL,
  url text NOT NULL,
  event_types text NOT NULL,
  description text,
  secret text NOT NULL,
  disabled_at integer,
  deleted_at integer,
  created_at integer NOT NULL,
  updated_at integer NOT NULL,
  PRIMARY KEY(account_id, id),
  FOREIGN KEY (account_id) REFERENCES accounts(id)
) STRICT, WITHOUT ROWID;
