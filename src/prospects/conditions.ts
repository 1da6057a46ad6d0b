import { customConditions } from './custom-filters'
import type { Filters, Range } from './filter'
import { termConditions } from './term-conditions'

/** The filters of a list, as SQL. `?1` is the account. */

/** Adds a value to those of the statement, and returns its parameter. */
export type Bind = (value: unknown) => string
/** SQL that restricts a column to a range. It begins with AND, or is empty. */
export type Within = (column: string) => string

/** One filter: a query of the ids that pass it, and a condition that checks a prospect `p`. */
export interface Condition {
  /** The ids. With `isInRange`, only those that are in the range. */
  ids: (within: Within) => string
  isInRange?: boolean
  check: () => string
  /** An index has these ids in order. To read the first ones and to count all is then cheaper than to materialize them. */
  isOrdered?: boolean
  /** The ids are more than those that pass: they are checked too. */
  isWide?: boolean
}

/** SQL for a range of filters. With the position of a page token, `skips` leaves out the bound on that side. */
export function rangeOf([from, before]: Range<unknown>, bind: Bind) {
  const [low, high] = [from, before].map((value) => (value === undefined ? undefined : bind(value)))
  return (column: string, skips?: '<' | '>'): string =>
    `${low && skips !== '>' ? `AND ${column} >= ${low}` : ''} ${high && skips !== '<' ? `AND ${column} < ${high}` : ''}`
}

/** The ids that pass every condition. The first condition finds them, in its order if it has one; the others check them. */
export function matching(conditions: Condition[], within: Within): string {
  const [where] = conditions
  const checks = conditions.slice(where?.isWide ? 0 : 1).map(({ check }) => check())
  const ids = where?.ids(within) ?? ''
  return checks.length === 0
    ? ids
    : `SELECT c.id FROM (${ids}) c CROSS JOIN prospects p ON p.account_id = ?1 AND p.id = c.id
      WHERE ${checks.join(' AND ')}`
}

/** CTEs with the ids of the labels and the stages that the filters name. With a pipeline, only its stages count. */
export function wanted({ labels, excluded, stage, pipelineId }: Filters, bind: Bind): string[] {
  const ctes: string[] = []
  const named = (cte: string, keys: string[]) =>
    ctes.push(`${cte} AS MATERIALIZED (
      SELECT l.id, l.weight FROM json_each(${bind(JSON.stringify(keys))}) k
        CROSS JOIN labels l ON l.account_id = ?1 AND l.name_key = k.value)`)
  if (labels) named('wanted_labels', labels)
  if (excluded.length > 0) named('excluded_labels', excluded)
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

/** SQL that is true if the prospect with this id has none of the excluded labels. It begins with AND, or is empty. */
export const withoutExcluded = ({ excluded }: Filters, id: string): string =>
  excluded.length === 0
    ? ''
    : `AND NOT EXISTS (SELECT 1 FROM excluded_labels xl
        CROSS JOIN prospect_labels e ON e.account_id = ?1 AND e.label_id = xl.id AND e.prospect_id = ${id})`

/** The index that has the prospects of each label and stage in order, and the groups that are asked for. */
function groupsOf(filters: Filters): { groups: string; table: string; id: string; isInGroup: string } {
  if (filters.labels && hasStages(filters))
    return {
      groups: 'wanted_labels wl CROSS JOIN wanted_stages ws',
      table: 'prospect_labels g INDEXED BY prospect_labels_stage',
      id: 'g.prospect_id',
      isInGroup: 'g.label_id = wl.id AND g.stage_id = ws.id',
    }
  if (filters.labels)
    return {
      groups: 'wanted_labels wl',
      table: 'prospect_labels g',
      id: 'g.prospect_id',
      isInGroup: 'g.label_id = wl.id',
    }
  return {
    groups: 'wanted_stages ws',
    table: 'prospects g INDEXED BY prospects_stage',
    id: 'g.id',
    isInGroup: 'g.stage_id = ws.id',
  }
}

/** The first ids by label and stage, or of all. A table-valued function gives each pair its own ordered, limited look-up. */
export function firstIds(filters: Filters, within: Within, orderAndLimit: (id: string) => string): string {
  const rest = (id: string) => `${within(id)} ${withoutExcluded(filters, id)}`
  if (!hasGroups(filters))
    return `SELECT id FROM prospects g WHERE account_id = ?1 ${rest('g.id')} ${orderAndLimit('id')}`
  const { groups, table, id, isInGroup } = groupsOf(filters)
  return `SELECT DISTINCT o.value AS id FROM ${groups} CROSS JOIN json_each((
      SELECT json_group_array(id) FROM (
        SELECT ${id} AS id FROM ${table} WHERE g.account_id = ?1 AND ${isInGroup} ${rest(id)} ${orderAndLimit('id')})
    )) o WHERE true ${orderAndLimit('id')}`
}

export const hasGroups = (filters: Filters) => filters.labels !== undefined || hasStages(filters)

/** All labels and stages, as one condition. Without any, its ids are those of all prospects. */
export function groupCondition(filters: Filters): Condition {
  const { groups, table, id, isInGroup } = groupsOf(filters)
  const passes = [
    ...(filters.labels
      ? ['EXISTS (SELECT 1 FROM json_each(p.labels) k WHERE k.value IN (SELECT id FROM wanted_labels))']
      : []),
    ...(hasStages(filters) ? ['p.stage_id IN (SELECT id FROM wanted_stages)'] : []),
  ]
  return {
    ids: (within) =>
      hasGroups(filters)
        ? `SELECT ${filters.labels ? 'DISTINCT' : ''} ${id} AS id FROM ${groups}
          CROSS JOIN ${table} ON g.account_id = ?1 AND ${isInGroup} ${within(id)} ${withoutExcluded(filters, id)}`
        : `SELECT id FROM prospects g WHERE account_id = ?1 ${within('g.id')} ${withoutExcluded(filters, 'g.id')}`,
    check: () => `${passes.join(' AND ') || 'true'} ${withoutExcluded(filters, 'p.id')}`,
    isInRange: true,
  }
}

/** Conditions on values. Those that fewer prospects are likely to pass come first. Adds the CTEs that they need. */
export function valueConditions(filters: Filters, bind: Bind, ctes: string[]): Condition[] {
  const { email, phone, terms, jobId, custom, officeId, sourceId, licenseStatus } = filters
  const column = (name: string, index: string, value: string | undefined): Condition[] => {
    if (value === undefined) return []
    const is = `${name} = ${bind(value)}`
    const ids: Condition['ids'] = (within) =>
      `SELECT id FROM prospects INDEXED BY ${index} WHERE account_id = ?1 AND ${is} ${within('id')}`
    return [{ ids, check: () => `p.${is}`, isOrdered: true, isInRange: true }]
  }
  // the email and phone of a merged duplicate find its survivor
  const known = (name: 'email' | 'phone', value: string | undefined): Condition[] => {
    if (value === undefined) return []
    const is = `${name} = ${bind(value)}`
    const aliased = `SELECT into_id FROM merges INDEXED BY merges_${name} WHERE account_id = ?1 AND ${is}`
    return [
      {
        ids: () =>
          `SELECT id FROM prospects INDEXED BY prospects_${name} WHERE account_id = ?1 AND ${is} UNION ${aliased}`,
        check: () => `(p.${is} OR p.id IN (${aliased}))`,
      },
    ]
  }
  const linked = (job: string): Condition => ({
    ids: (within) =>
      `SELECT prospect_id AS id FROM prospect_jobs WHERE account_id = ?1 AND job_id = ${job} ${within('prospect_id')}`,
    check: () => `EXISTS (SELECT 1 FROM json_each(p.jobs) k WHERE k.value = ${job})`,
    isOrdered: true,
    isInRange: true,
  })
  return [
    ...known('email', email),
    ...known('phone', phone),
    ...termConditions(terms, bind, ctes),
    ...(jobId === undefined ? [] : [linked(bind(jobId))]),
    ...customConditions(custom, bind),
    ...column('office_id', 'prospects_office', officeId),
    ...column('source_id', 'prospects_source', sourceId),
    ...column('license_status', 'prospects_license', licenseStatus),
  ]
}

/** How many prospects match by label and stage: a sum of counters. The row of a label's newest prospect has its counter. */
export function countOf(filters: Filters): string {
  const { labels, excluded } = filters
  const inStage = hasStages(filters) ? 'AND c.stage_id IN (SELECT id FROM wanted_stages)' : ''
  const setsOf = (cte: string) => `SELECT DISTINCT m.label_set FROM ${cte} wl
    CROSS JOIN label_memberships m ON m.label_weight = wl.weight`
  const inSets = (sets: string) => `(SELECT coalesce(sum(c.n), 0) FROM (${sets}) sets
    CROSS JOIN label_set_counts c ON c.account_id = ?1 AND c.label_set = sets.label_set ${inStage})`
  const unwanted = excluded.length > 0 ? setsOf('excluded_labels') : undefined
  if (labels?.length === 1 && !inStage && !unwanted)
    return `SELECT n FROM prospect_labels WHERE account_id = ?1 AND label_id = (SELECT id FROM wanted_labels)
      ORDER BY prospect_id DESC LIMIT 1`
  if (labels) return `SELECT ${inSets(`${setsOf('wanted_labels')} ${unwanted ? `EXCEPT ${unwanted}` : ''}`)} AS n`
  return `SELECT ${inSets('SELECT 0 AS label_set')} ${unwanted ? `- ${inSets(unwanted)}` : ''} AS n`
}
