import type { Database } from '../db/client'
import type { Caller } from '../http/auth'
import { decodePageToken, encodePageToken } from '../http/page'
import { unauthorized } from '../http/problem'
import { type Filters, toFilters } from './filter'
import { COLUMNS, JOINS, type Prospect, type ProspectRow, toProspect, toRecord } from './prospect'
import type { ListProspects } from './schema'

export interface ProspectPage {
  prospects: Prospect[]
  totalCount: number
  nextPageToken: string | null
}

/** A page of the prospects that match, newest first, and how many match in all. One trip. */
export async function listProspects(db: Database, { account }: Caller, query: ListProspects): Promise<ProspectPage> {
  const { limit, pageToken, ...asked } = query
  const [before] = (await decodePageToken(asked, pageToken, 1)) ?? []
  const filters = toFilters(query, account.defaultCountry)
  if (!filters) return { prospects: [], totalCount: 0, nextPageToken: null }
  const { text, values } = listStatement(
    account.id,
    filters,
    before === undefined ? undefined : String(before),
    limit + 1,
  )
  const { results } = await db.d1
    .prepare(text)
    .bind(...values)
    .all<(ProspectRow | { id: null }) & { total: number | null }>()
  const total = results[0]
  if (!total) throw unauthorized('gone')
  const prospects = results.flatMap((row) => (row.id === null ? [] : [toProspect(toRecord(row))]))
  const last = prospects[limit - 1]
  return {
    prospects: prospects.slice(0, limit),
    totalCount: total.total ?? 0,
    nextPageToken: prospects.length > limit && last ? await encodePageToken(asked, [last.id]) : null,
  }
}

/** SQLite's longest compound SELECT in D1. */
const MOST_ARMS = 5

/**
 * One statement: CTEs narrow to a `page` of ids and a `total`, then the page's rows are read whole. What it reads
 * follows the answer, not the account:
 *
 * - Without a filter, or by label and stage, the page comes from ordered indexes, and each (label, stage) pair gives
 *   its newest ids from an index of its own. The total is added up from the counters of the label sets.
 * - By email, phone or words, `matched` is what matches, and the total counts it.
 *
 * A row comes back even if the page is empty, for the total; none if the account is gone.
 */
function listStatement(accountId: string, filters: Filters, before: string | undefined, limit: number) {
  const values: unknown[] = [accountId, limit]
  const bind = (value: unknown) => `?${values.push(value)}`
  const older = (id: string) => (before === undefined ? '' : `AND ${id} < ${bind(before)}`)
  const { labels, stage } = filters
  const byValue = matched(filters, bind)
  const ctes = [
    ...(labels ? [`wanted_labels AS MATERIALIZED (${labelIds(bind(JSON.stringify(labels)))})`] : []),
    ...(stage ? [`wanted_stages AS MATERIALIZED (${stageIds(bind(stage.id), bind(stage.nameKey))})`] : []),
    ...(byValue ? [`matched AS MATERIALIZED (${byValue})`] : []),
    `page AS MATERIALIZED (${
      byValue ? `SELECT id FROM matched WHERE true ${older('id')}` : newest(filters, older)
    } ORDER BY id DESC LIMIT ?2)`,
    `total AS MATERIALIZED (${byValue ? 'SELECT count(*) AS n FROM matched' : countOf(filters)})`,
  ]
  const text = `
    WITH ${ctes.join(',\n')}
    SELECT total.n AS total, ${COLUMNS} FROM accounts a CROSS JOIN total
      LEFT JOIN page LEFT JOIN prospects p ON p.account_id = ?1 AND p.id = page.id ${JOINS}
    WHERE a.id = ?1
    ORDER BY p.id DESC`
  return { text, values }
}

const labelIds = (keys: string) => `
  SELECT l.id FROM json_each(${keys}) k CROSS JOIN labels l ON l.account_id = ?1 AND l.name_key = k.value`

const stageIds = (id: string, nameKey: string) => `
  SELECT id FROM stages WHERE account_id = ?1 AND id = ${id}
  UNION SELECT id FROM stages INDEXED BY stages_named WHERE account_id = ?1 AND name_key = ${nameKey}`

/** The newest ids by label and stage: a table-valued function lets every pair have its own ordered, limited look-up. */
function newest({ labels, stage }: Filters, older: (id: string) => string): string {
  const each = (of: string, ids: string) => `SELECT DISTINCT o.value AS id FROM ${of}
    CROSS JOIN json_each((SELECT json_group_array(id) FROM (${ids} ORDER BY id DESC LIMIT ?2))) o WHERE true`
  const byLabel = (more: string, index: string) => `SELECT prospect_id AS id FROM prospect_labels ${index}
    WHERE account_id = ?1 AND label_id = wl.id ${more} ${older('prospect_id')}`
  if (labels && stage)
    return each(
      'wanted_labels wl CROSS JOIN wanted_stages ws',
      byLabel('AND stage_id = ws.id', 'INDEXED BY prospect_labels_stage'),
    )
  if (labels) return each('wanted_labels wl', byLabel('', ''))
  if (stage)
    return each(
      'wanted_stages ws',
      `SELECT id FROM prospects INDEXED BY prospects_stage WHERE account_id = ?1 AND stage_id = ws.id ${older('id')}`,
    )
  return `SELECT id FROM prospects WHERE account_id = ?1 ${older('id')}`
}

/** How many match by label and stage, added up from the counters. */
function countOf({ labels, stage }: Filters): string {
  const inStage = stage ? 'AND c.stage_id IN (SELECT id FROM wanted_stages)' : ''
  if (!labels)
    return `SELECT sum(c.n) AS n FROM prospect_counts c WHERE c.account_id = ?1 AND c.label_set = '*' ${inStage}`
  return `
    SELECT sum(c.n) AS n FROM (
      SELECT DISTINCT m.label_set FROM wanted_labels wl
        CROSS JOIN label_set_members m ON m.account_id = ?1 AND m.label_id = wl.id) sets
      CROSS JOIN prospect_counts c ON c.account_id = ?1 AND c.label_set = sets.label_set ${inStage}`
}

/**
 * What matches by email, phone or words, or undefined if none is asked for. One of them says where to look: the
 * email, else the phone, else the rarest words, each a range of the word index; the rest is checked on the rows.
 */
function matched(
  { email, phone, words, labels, stage }: Filters,
  bind: (value: unknown) => string,
): string | undefined {
  const checks: string[] = []
  let candidates: string
  if (email !== undefined) {
    candidates = `SELECT id FROM prospects INDEXED BY prospects_email WHERE account_id = ?1 AND email = ${bind(email)}`
    if (phone !== undefined) checks.push(`p.phone = ${bind(phone)}`)
  } else if (phone !== undefined) {
    candidates = `SELECT id FROM prospects INDEXED BY prospects_phone WHERE account_id = ?1 AND phone = ${bind(phone)}`
  } else if (words.length > 0) {
    candidates = words
      .slice(0, MOST_ARMS)
      .map(
        ([field, word]) => `SELECT prospect_id AS id FROM prospect_words
          WHERE account_id = ?1 AND field = '${field}' AND word >= ${bind(word)} AND word < ${bind(`${word}\u{10FFFF}`)}`,
      )
      .join(' INTERSECT ')
  } else return undefined
  const unchecked = email === undefined && phone === undefined ? words.slice(MOST_ARMS) : words
  if (unchecked.length > 0)
    checks.push(`NOT EXISTS (SELECT 1 FROM json_each(${bind(JSON.stringify(unchecked))}) q WHERE NOT EXISTS (
      SELECT 1 FROM json_each(p.words) w WHERE w.value ->> 0 = q.value ->> 0
        AND substr(w.value ->> 1, 1, length(q.value ->> 1)) = q.value ->> 1))`)
  if (labels)
    checks.push('EXISTS (SELECT 1 FROM json_each(p.labels) k WHERE k.value IN (SELECT id FROM wanted_labels))')
  if (stage) checks.push('p.stage_id IN (SELECT id FROM wanted_stages)')
  if (checks.length === 0) return `SELECT DISTINCT id FROM (${candidates})`
  return `SELECT p.id FROM (SELECT DISTINCT id FROM (${candidates})) c
    CROSS JOIN prospects p ON p.account_id = ?1 AND p.id = c.id WHERE ${checks.join(' AND ')}`
}
