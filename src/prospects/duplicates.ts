import { and, eq } from 'drizzle-orm'
import type { Database } from '../db/client'
import { duplicates } from '../db/schema'
import { notFound } from '../http/errors'
import type { IdempotentRequest } from '../http/factory'
import { claimKey, storeResponse } from '../http/idempotency'
import { decodePageToken, type ListQuery, type Page, pageOf } from '../http/page'
import { columnOf } from './field-names'
import type { Prospect } from './prospect'

/** What the list of duplicates shows of a prospect. */
const SUMMARY = ['id', 'firstName', 'lastName', 'email', 'phone', 'title', 'company', 'createdAt'] as const
type Summary = Pick<Prospect, (typeof SUMMARY)[number]>

/** Two prospects that may be the same person. */
export interface DuplicatePair {
  id: string
  /** What the two share. */
  reasons: ('phone' | 'name_and_company')[]
  /** The older one first. */
  prospects: Summary[]
}

/** The result of a dismissal. `dismissedAt` is Unix ms. */
export interface Dismissal {
  id: string
  dismissedAt: number
}

/** A page of the pairs that are not dismissed. Pairs of the newest prospects come first. */
export async function listDuplicates(
  db: Database,
  accountId: string,
  { limit, pageToken }: ListQuery,
): Promise<Page<DuplicatePair>> {
  const after = await decodePageToken('duplicates', pageToken, 2)
  const rows = await db.query<Row>(listText(after !== undefined), accountId, limit + 1, ...(after ?? []))
  return pageOf(rows, limit, 'duplicates', ({ newerId, olderId }) => [newerId, olderId], toPair)
}

interface Row {
  newerId: string
  olderId: string
  /** JSON of a `Summary`. */
  newer: string
  older: string
  hasSamePhone: 0 | 1 | null
  hasSameName: 0 | 1 | null
}

const toPair = ({ newerId, olderId, newer, older, hasSamePhone, hasSameName }: Row): DuplicatePair => ({
  id: pairId(olderId, newerId),
  reasons: [...(hasSamePhone ? (['phone'] as const) : []), ...(hasSameName ? (['name_and_company'] as const) : [])],
  prospects: [JSON.parse(older), JSON.parse(newer)],
})

/** `dup_`, and the ids of both prospects without their prefix. All ids of prospects have the same length. */
const pairId = (olderId: string, newerId: string) => `dup_${olderId.slice(4)}${newerId.slice(4)}`

/** Dismisses a pair for good. A pair that was dismissed before keeps its time. Throws 404 if the account has no such pair. */
export async function dismissDuplicate(
  db: Database,
  accountId: string,
  id: string,
  repeatable?: IdempotentRequest,
): Promise<Dismissal> {
  const half = 4 + (id.length - 4) / 2
  const pair = and(
    eq(duplicates.accountId, accountId),
    eq(duplicates.olderId, `prs_${id.slice(4, half)}`),
    eq(duplicates.newerId, `prs_${id.slice(half)}`),
  )
  const [found] = id.startsWith('dup_') ? await db.orm.select().from(duplicates).where(pair) : []
  if (!found) throw notFound('duplicate')
  const now = Date.now()
  const body = { id, dismissedAt: found.dismissedAt ?? now }
  await db.batch([
    ...claimKey(db, accountId, repeatable, now),
    db.orm.update(duplicates).set({ dismissedAt: body.dismissedAt }).where(pair),
    ...storeResponse(db, accountId, repeatable, { status: 200, body, about: id }),
  ])
  return body
}

const summaryOf = (side: string) =>
  `json_object(${SUMMARY.map((name) => `'${name}', ${side}.${columnOf(name)}`).join()})`

// text: it joins one table twice, and compares rows of values
const listText = (hasToken: boolean) => `
  SELECT d.newer_id AS newerId, d.older_id AS olderId, ${summaryOf('n')} AS newer, ${summaryOf('o')} AS older,
    n.phone = o.phone AS hasSamePhone, n.name_and_company = o.name_and_company AS hasSameName
  FROM duplicates d INDEXED BY duplicates_open
    CROSS JOIN prospects n ON n.account_id = d.account_id AND n.id = d.newer_id
    CROSS JOIN prospects o ON o.account_id = d.account_id AND o.id = d.older_id
  WHERE d.account_id = ?1 AND d.dismissed_at IS NULL ${hasToken ? 'AND (d.newer_id, d.older_id) < (?3, ?4)' : ''}
  ORDER BY d.newer_id DESC, d.older_id DESC LIMIT ?2`
