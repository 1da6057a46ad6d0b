/**
 * Every table, key and index. Times are Unix milliseconds. Every row belongs to an account. Every key starts with the
 * account, and references include it, so that the database itself rejects the id of another account.
 *
 * The migrations add what Drizzle cannot declare: STRICT, WITHOUT ROWID, deferred references, planner statistics, and the
 * triggers that maintain `prospect_labels`, `prospect_jobs`, `prospect_words`, `prospect_custom`, `duplicates`, `label_set_counts`,
 * `label_memberships`, `catalog_size`, `resume_readings` and `object_deletions`.
 */
export * from './accounts'
export * from './catalog'
export * from './files'
export * from './idempotency'
export * from './imports'
export * from './prospects'
export * from './resumes'
export * from './webhooks'
