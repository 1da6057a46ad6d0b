import { stopIf } from './errors'

/** How many rows of a table an account can have at a time, which rows count, and the partial index of the rows that count. */
const QUOTAS = {
  api_keys: { max: 100, counted: 'revoked_at IS NULL', index: 'api_keys_live' },
  webhooks: { max: 50, counted: 'deleted_at IS NULL', index: 'webhooks_live' },
  imports: { max: 20, counted: 'finished_at IS NULL', index: 'imports_in_progress' },
}
type Limited = keyof typeof QUOTAS

/** How many rows of this table an account can have at a time. */
export const quotaOf = (table: Limited): number => QUOTAS[table].max

/** SQL that is true if the account has `n` rows that count. It reads `n` rows at most. */
const hasAtLeast = (n: number, table: Limited, account: string): string => {
  const { counted, index } = QUOTAS[table]
  return `${n} = (SELECT count(*) FROM (
    SELECT 1 FROM ${table} INDEXED BY ${index} WHERE account_id = ${account} AND ${counted} LIMIT ${n}))`
}

/** SQL that is true if the account already has as many rows as it can have. */
export const isFull = (table: Limited, account: string): string => hasAtLeast(quotaOf(table), table, account)

/**
 * SQL that ends a batch for good (`isStopped`) if account `?1` has more rows than it can have. It goes after the INSERT, in
 * the same batch. Batches run one after another, so the limit is exact even if calls race.
 */
export const stopIfOver = (table: Limited): string => stopIf(hasAtLeast(quotaOf(table) + 1, table, '?1'))

/** How many items an account's catalog can hold, all kinds together. Labels and sources that prospects bring count too. */
export const MAX_CATALOG = 50_000

/** SQL that is true if the catalog of account `?1` exceeds `MAX_CATALOG`: a condition for `stopIf`, after the INSERTs. */
export const CATALOG_IS_FULL = `(SELECT catalog_size > ${MAX_CATALOG} FROM accounts WHERE id = ?1)`
