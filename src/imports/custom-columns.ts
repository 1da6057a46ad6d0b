import { trim } from '../http/text'
import type { CustomField, CustomFields } from '../prospects/custom-fields'
import { keyOf } from './heading-key'

/** The columns of custom fields: which field a column holds, and how its cells are read. */

/** What a column of a custom field holds. */
export type CustomColumn = `custom.${string}`

export const isCustom = (field: string): field is CustomColumn => field.startsWith('custom.')
export const customColumn = (key: string): CustomColumn => `custom.${key}`
/** The key of the custom field that a column holds. */
export const customKey = (field: CustomColumn): string => field.slice('custom.'.length)

/** The custom field that a column is named after: by `custom.<key>`, or like its key or its name. */
export function ownColumn(name: string, fields: CustomFields): CustomColumn | undefined {
  const heading = name.trim().toLowerCase()
  const live = [...fields.values()].filter(({ isDeleted }) => !isDeleted)
  const named = (holds: (field: CustomField) => boolean) => live.find(holds)
  const like = keyOf(heading)
  const found =
    named(({ key }) => heading === customColumn(key)) ??
    named(({ key }) => heading === key) ??
    (like === ''
      ? undefined
      : (named(({ key }) => keyOf(key) === like) ?? named((field) => keyOf(field.name) === like)))
  return found && customColumn(found.key)
}

/** The fields of a row that are not custom, and the custom ones as the field `custom` of a body, if there are any. */
export function withoutCustom<Given extends object>(
  given: Given,
  customFields: CustomFields,
): { fields: Omit<Given, CustomColumn>; custom: { custom?: Record<string, unknown> } } {
  const [custom, fields] = [true, false].map((is) => Object.entries(given).filter(([name]) => isCustom(name) === is))
  const values = custom?.map(([name, value]): [string, unknown] => {
    const key = customKey(name as CustomColumn)
    const field = customFields.get(key)
    return [key, typeof value === 'string' && field ? readCustomCell(value, field) : value]
  })
  return {
    fields: Object.fromEntries(fields ?? []) as Omit<Given, CustomColumn>,
    custom: values?.length ? { custom: Object.fromEntries(values) } : {},
  }
}

/** The text of a cell as the API takes it. A text that does not suit the field stays as it is, and is then rejected. */
function readCustomCell(text: string, { type }: Pick<CustomField, 'type'>): unknown {
  const trimmed = trim(text)
  if (type === 'number') return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed) ? Number(trimmed) : text
  if (type === 'multiselect') return text.split(',').map(trim).filter(Boolean)
  if (type !== 'boolean') return text
  if (/^(true|yes|1)$/i.test(trimmed)) return true
  return /^(false|no|0)$/i.test(trimmed) ? false : text
}
