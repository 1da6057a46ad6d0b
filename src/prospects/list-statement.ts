import { fitsInPage } from '../http/page'
import {
  type Bind,
  type Condition,
  countOf,
  firstIds,
  groupCondition,
  hasGroups,
  matching,
  rangeOf,
  valueConditions,
  wanted,
  withoutExcluded,
} from './conditions'
import { fieldsOf } from './field-names'
import type { Filters, Range } from './filter'
import { bytesOf, columnsOf, JOINS } from './prospect'
import type { ListProspects, SORTS } from './schema'

type Sort = (typeof SORTS)[number]

interface SortKey {
  column: string
  /** The index that has the column in order. */
  index: string
}

/** What a list is sorted by, if not by id. */
const SORT_KEYS: Partial<Record<string, SortKey>> = {
  updatedAt: { column: 'updated_at', index: 'prospects_updated' },
  name: { column: 'name_key', index: 'prospects_name' },
}
const sortKeyOf = (sort: Sort) => SORT_KEYS[sort.replace('-', '')]

/** How many values give a position in a list with this sort: the id, and the value that the list is sorted by. */
export const positionLength = (sort: Sort): 1 | 2 => (sortKeyOf(sort) ? 2 : 1)

/** What a statement lists, besides the filters. */
interface Listed extends Pick<ListProspects, 'sort' | 'limit' | 'total' | 'fields'> {
  /** The position in the page token. */
  after: (string | number)[] | undefined
  /** SQL that adds columns of a prospect `p`. */
  shows: string
}

/**
 * One statement: CTEs find a `page` of ids and count all that match, then the rows of the page are read, up to 4 MiB. It
 * returns a row for the total even if the page is empty. It returns no row if the account does not exist any more.
 */
export function listStatement(
  accountId: string,
  filters: Filters,
  { sort, limit, total, fields, after, shows }: Listed,
): { text: string; values: unknown[] } {
  const values: unknown[] = [accountId, limit + 1]
  const bind: Bind = (value) => `?${values.push(value)}`
  const direction = sort.startsWith('-') ? 'DESC' : 'ASC'
  const order = (...columns: string[]) => `ORDER BY ${columns.map((column) => `${column} ${direction}`).join(', ')}`
  const key = sortKeyOf(sort)
  const { ctes, page, count } = pageAndCount(filters, { key, direction, order, after, total }, bind)
  const isCounted = total || filters.excluded.length > 0
  const read = fields && fieldsOf(fields)
  const bytes = bytesOf(read)
  const lengths = `SELECT p.id AS key, ${bytes} AS bytes, page.at AS at
    FROM page CROSS JOIN prospects p ON p.account_id = ?1 AND p.id = page.id`
  const text = `
    WITH ${[...ctes, ...(isCounted ? [`counted AS MATERIALIZED (${count()})`] : []), `page AS MATERIALIZED (${page})`].join(',\n')}
    SELECT ${total ? '(SELECT n FROM counted)' : 'NULL'} AS total, page.at AS sortKey, ${columnsOf(read)} ${shows}
    FROM accounts a LEFT JOIN page LEFT JOIN prospects p ON p.account_id = ?1 AND p.id = page.id
      AND ${fitsInPage(bytes, 'p.id', lengths, key ? order('at', 'key') : order('key'), '?2')} ${JOINS}
    WHERE a.id = ?1
    ${key ? order('page.at', 'page.id') : order('page.id')}`
  return { text, values }
}

interface Order extends Pick<Listed, 'after' | 'total'> {
  key: SortKey | undefined
  direction: 'ASC' | 'DESC'
  order: (...columns: string[]) => string
}

/**
 * SQL of the page (`id`, and `at`, the value that it is sorted by) and of the count, and the CTEs of both. The number of rows
 * that they read depends on the result, not on the size of the account:
 *
 * - Without a filter, or by labels, stage, pipeline and time of creation, the page comes from ordered indexes: each pair of a
 *   label and a stage gives its first ids. The total is a sum of the counters of the label sets.
 * - With another sort, without a filter, or with a range of `updatedAt` only, the page comes from the index of that sort.
 * - By any other filter, `matched` has the ids: the first condition finds them, the other conditions check them, and the
 *   total counts them. Without a total, and if the first condition has its ids in order, it stops when the page is full.
 */
function pageAndCount(filters: Filters, { key, direction, order, after, total }: Order, bind: Bind) {
  const ctes = wanted(filters, bind)
  const [created, updated] = [rangeOf(filters.created, bind), rangeOf(filters.updated, bind)]
  const [isInCreated, isInUpdated] = [filters.created, filters.updated].map(isRange)
  const groups = groupCondition(filters)
  const conditions = [...valueConditions(filters, bind, ctes), ...(isInUpdated ? [changedIn(updated)] : [])]
  const byValue = conditions.length > 0
  const position = after?.map(bind).join(', ')
  const beyond = direction === 'ASC' ? '>' : '<'
  const rest = (...columns: string[]) => (position ? `AND (${columns.join(', ')}) ${beyond} (${position})` : '')
  // SQLite uses the first of two bounds on one side, and the position is the tighter one
  const skipped = position ? beyond : undefined
  const createdRest = (id: string) => `${created(id, skipped)} ${rest(id)}`
  const countedAs = (ids: string) => `SELECT count(*) AS n FROM (${ids})`
  // if many are excluded, the page does not look for more than there are
  const most = filters.excluded.length > 0 && !isInCreated && !isInUpdated ? '(SELECT min(?2, n) FROM counted)' : '?2'

  if (!byValue && !key)
    return {
      ctes,
      page: `SELECT id, NULL AS at FROM (${firstIds(filters, createdRest, (id) => `${order(id)} LIMIT ${most}`)})`,
      count: () => (isInCreated ? countedAs(groups.ids(created)) : countOf(filters)),
    }
  const isByKeyOnly = !hasGroups(filters) && !isInCreated && conditions.length === Number(isInUpdated)
  const column = key?.column ?? ''
  if (key && isByKeyOnly && (!isInUpdated || key === SORT_KEYS.updatedAt)) {
    const walk = (within: string) => `SELECT id, ${column} AS at FROM prospects g INDEXED BY ${key.index}
      WHERE account_id = ?1 ${within} ${withoutExcluded(filters, 'g.id')}`
    return {
      ctes,
      page: `${walk(`${updated(column, skipped)} ${rest(column, 'id')}`)} ${order(column, 'id')} LIMIT ${most}`,
      count: () => (isInUpdated ? countedAs(walk(updated(column))) : countOf(filters)),
    }
  }
  if (hasGroups(filters) || filters.excluded.length > 0 || !byValue) conditions.push(groups)
  const [first] = conditions
  if (isInCreated && !first?.isInRange) conditions.push({ ...groups, check: () => `true ${created('p.id')}` })
  if (!key && first?.isOrdered && (conditions.length === 1 || !total))
    return {
      ctes,
      page: `SELECT id, NULL AS at FROM (${matching(conditions, createdRest)}) ${order('id')} LIMIT ?2`,
      count: () => countedAs(matching(conditions, created)),
    }
  ctes.push(`matched AS ${total ? '' : 'NOT'} MATERIALIZED (${matching(conditions, created)})`)
  return {
    ctes,
    page: key
      ? `SELECT q.id, q.${key.column} AS at FROM matched CROSS JOIN prospects q ON q.account_id = ?1 AND q.id = matched.id
          WHERE true ${rest(`q.${key.column}`, 'q.id')} ${order(`q.${key.column}`, 'q.id')} LIMIT ?2`
      : `SELECT id, NULL AS at FROM matched WHERE true ${rest('id')} ${order('id')} LIMIT ?2`,
    count: () => (byValue || isInCreated ? 'SELECT count(*) AS n FROM matched' : countOf(filters)),
  }
}

const isRange = (range: Range<unknown>) => range.some((bound) => bound !== undefined)

const changedIn = (updated: (column: string) => string): Condition => ({
  ids: () => `SELECT id FROM prospects INDEXED BY prospects_updated WHERE account_id = ?1 ${updated('updated_at')}`,
  check: () => `true ${updated('p.updated_at')}`,
})
