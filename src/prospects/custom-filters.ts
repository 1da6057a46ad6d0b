import * as z from 'zod'
import type { InputError } from '../http/factory'
import type { FieldErrorCode } from '../http/field-errors'
import { invalid, nameKey, parameter } from '../http/text'
import { entries } from '../http/validate'
import type { Bind, Condition } from './conditions'
import type { CustomField, CustomFields } from './custom-fields'
import { isDate, keyOfText } from './custom-values'

/** The filters `custom.<key>`, `custom.<key>.gte` and `custom.<key>.lte`. Their values depend on the fields of the account. */

/** How many values one filter can have. */
const MAX_VALUES = 10
const NAME = /^([a-z0-9_]{1,40})(?:\.(gte|lte))?$/

/** A filter in the form that the index compares. A prospect must have one of the values, or a value in the range. */
export interface CustomFilter {
  field: string
  values?: (string | number)[]
  gte?: string | number
  lte?: string | number
}

/** The values of each filter, split at commas: `region` and `score.gte` are names of filters. */
export const customFilters = entries(
  z
    .custom<Record<string, unknown>>(
      (given) => typeof given === 'object' && given !== null && !Array.isArray(given),
      invalid('wrong_format', 'Name a field, as in custom.region.'),
    )
    .meta({ override: { type: 'object', additionalProperties: { type: 'string' } } })
    .transform((given, ctx) => {
      const fail = (name: string, issue: ReturnType<typeof invalid>) =>
        ctx.addIssue({ code: 'custom', ...issue, path: [name], input: given })
      const filters = Object.entries(given).map(([name, value]): [string, string[]] => {
        const [, , bound] = NAME.exec(name) ?? []
        const values = [value].flat().filter((one) => typeof one === 'string')
        if (!NAME.test(name)) fail(name, NO_PARAMETER)
        if (values.length < [value].flat().length) fail(name, invalid('wrong_type', 'This must be a string.'))
        if (bound && values.length > 1) fail(name, invalid('wrong_type', 'Give this parameter once.'))
        for (const one of values) {
          const [issue] = parameter().safeParse(one).error?.issues ?? []
          if (issue?.code === 'custom')
            fail(name, { params: issue.params as { code: FieldErrorCode }, message: issue.message })
        }
        const pieces = values.flatMap((one) => (bound ? [one] : one.split(',')))
        const distinct = [...new Set(pieces.map((piece) => piece.trim()).filter(Boolean))].sort()
        if (distinct.length > MAX_VALUES) fail(name, invalid('too_many', `At most ${MAX_VALUES} values.`))
        return [name, distinct]
      })
      return Object.fromEntries(filters.sort(([a], [b]) => (a < b ? -1 : 1)))
    })
    .optional()
    .meta({ param: { style: 'deepObject', explode: true } }),
)

const NO_PARAMETER = invalid('unknown_parameter', 'There is no such parameter.')

/**
 * The filters by the fields of the account, and what is wrong with them. Those that fewer prospects are likely to pass come
 * first. A filter without values matches no prospect.
 */
export function toCustomFilters(
  given: Record<string, string[]> = {},
  fields: CustomFields,
): { filters: CustomFilter[]; errors: InputError[] } {
  const errors: InputError[] = []
  const ranges = new Map<string, CustomFilter>()
  const ranked = Object.entries(given).map(([name, values]): { rank: number; filter: CustomFilter } => {
    const [, key = '', bound] = NAME.exec(name) ?? []
    const filter: CustomFilter = { field: key }
    const fail = ({ params: { code }, message }: ReturnType<typeof invalid>) => {
      errors.push({ in: 'query', pointer: `/custom.${name}`, code, message })
      return { rank: 0, filter }
    }
    const field = fields.get(key)
    if (!field || field.isDeleted) return fail(NO_PARAMETER)
    if (!field.filterable) return fail(invalid('not_allowed', 'This field is not filterable.'))
    const isOrdered = field.type === 'number' || field.type === 'date'
    if (bound && !isOrdered) return fail(invalid('not_allowed', 'Only numbers and dates have this filter.'))
    const compared = values.flatMap((value) => comparedValue(field, value, fail))
    if (!bound) return { rank: RANKS.indexOf(field.type), filter: { ...filter, values: compared } }
    // both ends of a range are one filter
    const range = ranges.get(key) ?? filter
    ranges.set(key, Object.assign(range, { [bound]: compared[0] }))
    return { rank: RANKS.indexOf('range'), filter: range }
  })
  const filters = ranked.sort((a, b) => a.rank - b.rank).map(({ filter }) => filter)
  return { filters: [...new Set(filters)], errors }
}

/** Filters by the type of their field, from those that few prospects are likely to pass. */
const RANKS = ['url', 'text', 'date', 'number', 'user', 'range', 'multiselect', 'select', 'boolean']

/** The value as the index has it. Empty if no prospect can have it. */
function comparedValue(
  field: CustomField,
  value: string,
  fail: (issue: ReturnType<typeof invalid>) => unknown,
): (string | number)[] {
  switch (field.type) {
    case 'number':
      if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value) && Number.isFinite(Number(value))) return [Number(value)]
      fail(invalid('wrong_format', 'This must be a number.'))
      return []
    case 'date':
      if (isDate(value)) return [value]
      fail(invalid('wrong_format', 'This must be a date, such as 2026-11-30.'))
      return []
    case 'boolean':
      if (value === 'true' || value === 'false') return [value]
      fail(invalid('wrong_format', 'This must be true or false.'))
      return []
    case 'select':
    case 'multiselect':
      return field.options.filter(({ name }) => nameKey(name) === nameKey(value)).map(({ id }) => id)
    case 'user':
      return [value]
    default:
      return [keyOfText(value)]
  }
}

/** The filters as SQL. All of them are one parameter, because a statement can have few. */
export function customConditions(filters: CustomFilter[], bind: Bind): Condition[] {
  if (filters.length === 0) return []
  const json = bind(JSON.stringify(filters))
  return filters.map(({ values, gte, lte }, i): Condition => {
    const part = (name: string) => `${json} ->> '$[${i}].${name}'`
    const inRange = (value: string) =>
      [
        ...(gte === undefined ? [] : [`${value} >= ${part('gte')}`]),
        ...(lte === undefined ? [] : [`${value} <= ${part('lte')}`]),
      ].join(' AND ')
    const index = `account_id = ?1 AND field = ${part('field')}`
    const check = (holds: string) => () =>
      `EXISTS (SELECT 1 FROM json_each(p.custom_keys) k
      WHERE k.value ->> 0 = ${part('field')} AND ${holds})`
    if (!values)
      return {
        ids: (within) =>
          `SELECT prospect_id AS id FROM prospect_custom WHERE ${index} AND ${inRange('value')} ${within('prospect_id')}`,
        check: check(inRange('k.value ->> 1')),
        isInRange: true,
      }
    const isListed = check(`k.value ->> 1 IN (SELECT value FROM json_each(${json}, '$[${i}].values'))`)
    if (values.length === 1)
      return {
        ids: (within) => `SELECT prospect_id AS id FROM prospect_custom
          WHERE ${index} AND value = ${part('values[0]')} ${within('prospect_id')}`,
        check: isListed,
        isOrdered: true,
        isInRange: true,
      }
    return {
      ids: (within) => `SELECT DISTINCT c.prospect_id AS id FROM json_each(${json}, '$[${i}].values') v
        CROSS JOIN prospect_custom c ON c.account_id = ?1 AND c.field = ${part('field')} AND c.value = v.value
          ${within('c.prospect_id')}`,
      check: isListed,
      isInRange: true,
    }
  })
}
