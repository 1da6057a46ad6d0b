import type { Database } from '../db/client'
import { columnOf, SEARCHED_FIELDS, type TextValues } from './field-names'
import { addressWords, nameSortKey, searchWords } from './words'

/** How many prospects are written together, and how many times that happens in one run of the schedule. */
const PAGE = 250
const MAX_PAGES = 60

type Unindexed = TextValues & { accountId: string; id: string; version: number }

/**
 * Sets the words and the sort key of prospects that have none: code that did not know all of these wrote them, before an
 * upgrade or while one was rolled back. No prospect gets another version. Returns how many were written, or undefined.
 */
export async function indexProspects(
  { query, hasQueriesLeft }: Database,
  pages = MAX_PAGES,
): Promise<{ indexed: number } | undefined> {
  let indexed = 0
  for (let left = pages; left > 0 && hasQueriesLeft(); left--) {
    const found = await query<Unindexed>(UNINDEXED, PAGE)
    if (found.length === 0) break
    const rows = found.map(({ accountId, id, version, ...texts }) => ({
      accountId,
      id,
      version,
      words: JSON.stringify(searchWords(texts)),
      addressWords: JSON.stringify(addressWords(texts)),
      nameKey: nameSortKey(texts),
    }))
    indexed += (await query(WRITE, JSON.stringify(rows))).length
    if (found.length < PAGE) break
  }
  return indexed > 0 ? { indexed } : undefined
}

// text: it names an index
const UNINDEXED = `
  SELECT account_id AS accountId, id, version, ${SEARCHED_FIELDS.map((name) => `${columnOf(name)} AS ${name}`).join(', ')}
  FROM prospects INDEXED BY prospects_unindexed WHERE account_id > '' AND indexed_version IS NULL LIMIT ?1`

/** Writes a prospect only if it has not changed meanwhile. Text: set-based. */
const WRITE = `
  UPDATE prospects AS p SET words = k.value ->> 'words', address_words = k.value ->> 'addressWords',
    name_key = k.value ->> 'nameKey', indexed_version = p.version
  FROM json_each(?1) k
  WHERE p.account_id = k.value ->> 'accountId' AND p.id = k.value ->> 'id' AND p.version = k.value ->> 'version'
  RETURNING 1 AS done`
