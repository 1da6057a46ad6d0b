import type { Database } from '../db/client'
import { invalidCredential } from '../http/errors'
import type { Caller } from '../http/factory'
import { decodePageToken, fitsInPage, type Page, pageOf } from '../http/page'
import { type Filters, toFilters } from './filter'
import {
  BYTES,
  COLUMNS,
  JOINS,
  type Prospect,
  type ProspectRecord,
  type ProspectRow,
  toProspect,
  toRecord,
} from './prospect'
import type { ListProspects, SORTS } from './schema'

export interface ProspectPage {
  prospects: Prospect[]
  /** Null with `total=false`. */
  totalCount: number | null
  nextPageToken: string | null
}

/** A page of the prospects that match, and how many match in all, in one round trip. */
export async function listProspects(db: Database, caller: Caller, query: ListProspects): Promise<ProspectPage> {
  const { items, ...page } = await listRecords(db, caller, query, toProspect)
  return { prospects: items, ...page }
}

/** The same page, with each record as `present` shows it. `shows` is SQL that adds columns of a prospect `p` to the records. */
export async function listRecords<T, Shown extends object = object>(
  db: Database,
  { account }: Caller,
  query: ListProspects,
  present: (record: ProspectRecord & Shown) => T,
  shows = '',
): Promise<Page<T> & Pick<ProspectPage, 'totalCount'>> {
  const { limit, pageToken, total, ...asked } = query
  const after = await decodePageToken(asked, pageToken, asked.sort.endsWith('updatedAt') ? 2 : 1)
  const filters = toFilters(query, account.defaultCountry)
  if (!filters) return { items: [], totalCount: total ? 0 : null, nextPageToken: null }
  const { text, values } = listStatement(account.id, filters, asked.sort, after, limit + 1, total, shows)
  const { results } = await db.d1
    .prepare(text)
    .bind(...values)
    .all<ProspectRow & { total: number | null }>()
  const [first] = results
  if (!first) throw invalidCredential()
  const page = await pageOf(
    results,
    limit,
    asked,
    ({ id, updatedAt }) => (asked.sort.endsWith('updatedAt') ? [updatedAt, id] : [id]),
    // a row without an id is the row of the total, or a prospect that did not fit into the page
    ({ total: _, ...row }) => (row.id ? present(toRecord(row) as ProspectRecord & Shown) : null),
  )
  return { ...page, totalCount: total ? (first.total ?? 0) : null }
}

/** How many SELECTs one compound SELECT can have in D1. */
const MOST_ARMS = 5

/** One filter: a query of the ids that pass it, and a condition that checks a prospect `p`. */
interface Condition {
  ids: string
  check: () => string
  /** An index has these ids in order. To read the first ones and to count all is then cheaper than to materialize them. */
  isOrdered?: boolean
}

type Bind = (value: unknown) => string

/**
 * One statement: CTEs find a `page` of ids and a `total`, then the rows of the page are read, up to 4 MiB. The number of rows
 * that it reads depends on the result, not on the size of the account:
 *
 * - Without a filter, or by labels, stage and pipeline, the page comes from ordered indexes: each pair of a label and a
 *   stage gives its first ids. The total is a sum of the counters of the label sets.
 * - Sorted by change, without a filter or with `updatedSince` only, the page comes from the index of changes.
 * - By any other filter, `matched` has the ids: the first condition finds them, the other conditions check them, and the
 *   total counts them. Without a total, and if the first condition has its ids in order, it stops when the page is full.
 *
 * It returns a row for the total even if the page is empty. It returns no row if the account does not exist any more.
 */
function listStatement(
  accountId: string,
  filters: Filters,
  sort: (typeof SORTS)[number],
  after: (string | number)[] | undefined,
  limit: number,
  total: boolean,
  shows: string,
) {
  const values: unknown[] = [accountId, limit]
  const bind: Bind = (value) => `?${values.push(value)}`
  const byChange = sort.endsWith('updatedAt')
  const [direction, beyond] = sort.startsWith('-') ? ['DESC', '<'] : ['ASC', '>']
  const order = (...columns: string[]) => `ORDER BY ${columns.map((column) => `${column} ${direction}`).join(', ')}`
  const position = after?.map(bind).join(', ')
  const rest = (...columns: string[]) => (position ? `AND (${columns.join(', ')}) ${beyond} (${position})` : '')

  const ctes = wanted(filters, bind)
  const byValue = valueConditions(filters, bind)
  const [since] = sinceCondition(filters, bind)
  const groups = groupConditions(filters)
  let count = countOf(filters)
  let page: string
  if (byValue.length === 0 && !since && !byChange) {
    page = `${firstByGroup(filters, rest, order)} ${order('id')} LIMIT ?2`
  } else if (byValue.length === 0 && groups.length === 0 && byChange) {
    const changed = since?.ids ?? CHANGES
    // SQLite uses the first of two lower bounds: `+` hides the bound of the filter, so that SQLite uses that of the token
    const from = since && direction === 'ASC' && position ? `${CHANGES} AND +${since.is}` : changed
    page = `${from} ${rest('updated_at', 'id')} ${order('updated_at', 'id')} LIMIT ?2`
    if (since) count = `SELECT count(*) AS n FROM (${changed})`
  } else {
    const conditions = [...byValue, ...(since ? [since] : []), ...groups]
    const isKept = total && !(conditions.length === 1 && conditions[0]?.isOrdered)
    ctes.push(`matched AS ${isKept ? '' : 'NOT'} MATERIALIZED (${matching(conditions)})`)
    page = byChange
      ? `SELECT q.id, q.updated_at FROM matched CROSS JOIN prospects q ON q.account_id = ?1 AND q.id = matched.id
          WHERE true ${rest('q.updated_at', 'q.id')} ${order('q.updated_at', 'q.id')} LIMIT ?2`
      : `SELECT id FROM matched WHERE true ${rest('id')} ${order('id')} LIMIT ?2`
    if (conditions.length > groups.length) count = 'SELECT count(*) AS n FROM matched'
  }
  ctes.push(`page AS MATERIALIZED (${page})`)
  const lengths = `SELECT p.id AS key, ${BYTES} AS bytes, p.updated_at AS at
    FROM page CROSS JOIN prospects p ON p.account_id = ?1 AND p.id = page.id`
  const text = `
    WITH ${ctes.join(',\n')}
    SELECT ${total ? `(${count})` : 'NULL'} AS total, ${COLUMNS} ${shows} FROM accounts a
      LEFT JOIN page LEFT JOIN prospects p ON p.account_id = ?1 AND p.id = page.id
        AND ${fitsInPage(BYTES, 'p.id', lengths, byChange ? order('at', 'key') : order('key'), '?2')} ${JOINS}
    WHERE a.id = ?1
    ${byChange ? order('page.updated_at', 'page.id') : order('page.id')}`
  return { text, values }
}

/** CTEs with the ids of the labels and the stages that the filters name. With a pipeline, only its stages count. */
function wanted({ labels, stage, pipelineId }: Filters, bind: Bind): string[] {
  const ctes: string[] = []
  if (labels)
    ctes.push(`wanted_labels AS MATERIALIZED (
      SELECT l.id, l.weight FROM json_each(${bind(JSON.stringify(labels))}) k
        CROSS JOIN labels l ON l.account_id = ?1 AND l.name_key = k.value)`)
  const inPipeline = pipelineId === undefined ? '' : `AND pipeline_id = ${bind(pipelineId)}`
  if (stage)
    ctes.push(`wanted_stages AS MATERIALIZED (
      SELECT id FROM stages WHERE account_id = ?1 AND id = ${bind(stage.id)} ${inPipeline}
      UNION SELECT id FROM stages INDEXED BY stages_named
        WHERE account_id = ?1 AND name_key = ${bind(stage.nameKey)} ${inPipeline})`)
  else if (inPipeline)
    ctes.push(`wanted_stages AS MATERIALIZED (
      SELECT id FROM stages INDEXED BY stages_pipeline WHERE account_id = ?1 ${inPipeline})`)
  return ctes
}

const hasStages = ({ stage, pipelineId }: Filters) => stage !== undefined || pipelineId !== undefined

/** The first ids by label and stage. A table-valued function gives each pair its own ordered, limited look-up. */
function firstByGroup(filters: Filters, rest: (id: string) => string, order: (id: string) => string): string {
  const each = (of: string, ids: string) => `SELECT DISTINCT o.value AS id FROM ${of}
    CROSS JOIN json_each((SELECT json_group_array(id) FROM (${ids} ${order('id')} LIMIT ?2))) o WHERE true`
  const byLabel = (more: string, index: string) => `SELECT prospect_id AS id FROM prospect_labels ${index}
    WHERE account_id = ?1 AND label_id = wl.id ${more} ${rest('prospect_id')}`
  if (filters.labels && hasStages(filters))
    return each(
      'wanted_labels wl CROSS JOIN wanted_stages ws',
      byLabel('AND stage_id = ws.id', 'INDEXED BY prospect_labels_stage'),
    )
  if (filters.labels) return each('wanted_labels wl', byLabel('', ''))
  if (hasStages(filters))
    return each(
      'wanted_stages ws',
      `SELECT id FROM prospects INDEXED BY prospects_stage WHERE account_id = ?1 AND stage_id = ws.id ${rest('id')}`,
    )
  return `SELECT id FROM prospects WHERE account_id = ?1 ${rest('id')}`
}

/** How many prospects match by label and stage: a sum of counters. The row of a label's newest prospect has its counter. */
function countOf(filters: Filters): string {
  const inStage = hasStages(filters) ? 'AND c.stage_id IN (SELECT id FROM wanted_stages)' : ''
  if (!filters.labels)
    return `SELECT sum(c.n) AS n FROM label_set_counts c WHERE c.account_id = ?1 AND c.label_set = 0 ${inStage}`
  if (filters.labels.length === 1 && !inStage)
    return `SELECT n FROM prospect_labels WHERE account_id = ?1 AND label_id = (SELECT id FROM wanted_labels)
      ORDER BY prospect_id DESC LIMIT 1`
  return `
    SELECT sum(c.n) AS n FROM (
      SELECT DISTINCT m.label_set FROM wanted_labels wl
        CROSS JOIN label_memberships m ON m.label_weight = wl.weight) sets
      CROSS JOIN label_set_counts c ON c.account_id = ?1 AND c.label_set = sets.label_set ${inStage}`
}

/** The ids that pass every condition. The first condition finds them, in its order if it has one; the others check them. */
const matching = ([where, ...others]: Condition[]): string =>
  others.length === 0
    ? (where?.ids ?? '')
    : `SELECT c.id FROM (${where?.ids}) c CROSS JOIN prospects p ON p.account_id = ?1 AND p.id = c.id
      WHERE ${others.map(({ check }) => check()).join(' AND ')}`

/** Conditions on values. Those that fewer prospects are likely to pass come first. */
function valueConditions(filters: Filters, bind: Bind): Condition[] {
  const { email, phone, words, jobId, officeId, sourceId, licenseStatus } = filters
  const column = (name: string, index: string, value: string | undefined): Condition[] => {
    if (value === undefined) return []
    const is = `${name} = ${bind(value)}`
    const ids = `SELECT id FROM prospects INDEXED BY ${index} WHERE account_id = ?1 AND ${is}`
    return [{ ids, check: () => `p.${is}`, isOrdered: true }]
  }
  // the email and phone of a merged duplicate find its survivor
  const known = (name: 'email' | 'phone', value: string | undefined): Condition[] => {
    if (value === undefined) return []
    const is = `${name} = ${bind(value)}`
    const aliased = `SELECT into_id FROM merges INDEXED BY merges_${name} WHERE account_id = ?1 AND ${is}`
    return [
      {
        ids: `SELECT id FROM prospects INDEXED BY prospects_${name} WHERE account_id = ?1 AND ${is} UNION ${aliased}`,
        check: () => `(p.${is} OR p.id IN (${aliased}))`,
      },
    ]
  }
  const job = jobId === undefined ? '' : bind(jobId)
  return [
    ...known('email', email),
    ...known('phone', phone),
    ...wordConditions(words, bind),
    ...(job
      ? [
          {
            ids: `SELECT prospect_id AS id FROM prospect_jobs WHERE account_id = ?1 AND job_id = ${job}`,
            check: () => `EXISTS (SELECT 1 FROM json_each(p.jobs) k WHERE k.value = ${job})`,
            isOrdered: true,
          },
        ]
      : []),
    ...column('office_id', 'prospects_office', officeId),
    ...column('source_id', 'prospects_source', sourceId),
    ...column('license_status', 'prospects_license', licenseStatus),
  ]
}

/** Each word is a range of the index of words. The ranges of the rarest are intersected; the other words are checked. */
function wordConditions(words: Filters['words'], bind: Bind): Condition[] {
  // `words` is stored as JSON text, so a prefix of a word can be found without parsing it
  const check = (some: Filters['words']) => `NOT EXISTS (
    SELECT 1 FROM json_each(${bind(JSON.stringify(some.map((word) => JSON.stringify(word).slice(0, -2))))}) q
    WHERE instr(p.words, q.value) = 0)`
  const [some, more] = [words.slice(0, MOST_ARMS), words.slice(MOST_ARMS)]
  if (some.length === 0) return []
  const ranges = some.map(
    ([field, word]) => `SELECT prospect_id AS id FROM prospect_words
      WHERE account_id = ?1 AND field = '${field}' AND word >= ${bind(word)} AND word < ${bind(`${word}\u{10FFFF}`)}`,
  )
  return [
    { ids: `SELECT DISTINCT id FROM (${ranges.join(' INTERSECT ')})`, check: () => check(some) },
    ...(more.length > 0 ? [{ ids: '', check: () => check(more) }] : []),
  ]
}

const CHANGES = 'SELECT id, updated_at FROM prospects INDEXED BY prospects_updated WHERE account_id = ?1'

function sinceCondition({ updatedSince }: Filters, bind: Bind): (Condition & { is: string })[] {
  if (updatedSince === undefined) return []
  const is = `updated_at >= ${bind(updatedSince)}`
  return [{ is, ids: `${CHANGES} AND ${is}`, check: () => `p.${is}` }]
}

/** Labels and stages, as conditions next to others. */
const groupConditions = (filters: Filters): Condition[] => [
  ...(filters.labels
    ? [
        {
          ids: `SELECT DISTINCT j.prospect_id AS id FROM wanted_labels wl
            CROSS JOIN prospect_labels j ON j.account_id = ?1 AND j.label_id = wl.id`,
          check: () => 'EXISTS (SELECT 1 FROM json_each(p.labels) k WHERE k.value IN (SELECT id FROM wanted_labels))',
        },
      ]
    : []),
  ...(hasStages(filters)
    ? [
        {
          ids: `SELECT b.id FROM wanted_stages ws
            CROSS JOIN prospects b INDEXED BY prospects_stage ON b.account_id = ?1 AND b.stage_id = ws.id`,
          check: () => 'p.stage_id IN (SELECT id FROM wanted_stages)',
        },
      ]
    : []),
]
