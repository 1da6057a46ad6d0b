import type { Account } from './api'

/** A custom field, as the API returns it. */
export interface Field {
  id: string
  key: string
  name: string
  type: string
  options: string[]
  filterable: boolean
}

/** Creates a custom field. Its name is its key, unless `body` has another. */
export async function makeField({ post }: Account, key: string, type: string, body: object = {}): Promise<Field> {
  const options = type.endsWith('select') ? { options: ['North', 'South'] } : {}
  const answer = await post<Field>('/v1/fields', { key, name: key, type, ...options, ...body })
  if (answer.status !== 201) throw new Error(`${key}: ${answer.text}`)
  return answer.json
}

/** Values of each type: two that are valid, and some that are not, with the code of their error. */
export const VALUES: Record<string, { valid: [unknown, unknown]; invalid: [value: unknown, code: string][] }> = {
  text: {
    valid: ['One, two', '=x'.padEnd(2000, 'é')],
    invalid: [
      [1, 'wrong_type'],
      ['x'.repeat(2001), 'too_long'],
      ['a\u0000', 'control_character'],
    ],
  },
  number: {
    valid: [-12.5, 9_007_199_254_740_991],
    invalid: [
      ['1', 'wrong_type'],
      [1e300, 'too_large'],
      [-1e16, 'too_small'],
      [true, 'wrong_type'],
    ],
  },
  boolean: {
    valid: [false, true],
    invalid: [
      ['true', 'wrong_type'],
      [1, 'wrong_type'],
    ],
  },
  date: {
    valid: ['2024-02-29', '0001-01-01'],
    invalid: [
      ['2023-02-29', 'wrong_format'],
      ['2026-1-1', 'wrong_format'],
      ['2026-11-30T00:00:00Z', 'wrong_format'],
      [20261130, 'wrong_type'],
    ],
  },
  select: {
    valid: ['North', 'South'],
    invalid: [
      ['East', 'not_allowed'],
      [['North'], 'wrong_type'],
    ],
  },
  multiselect: {
    valid: [['South'], ['North', 'South']],
    invalid: [
      [['North', 'East'], 'not_allowed'],
      ['North', 'wrong_type'],
    ],
  },
  url: {
    valid: ['https://example.com/a?b=1,2', 'http://example.com'],
    invalid: [
      ['example.com', 'wrong_format'],
      [`https://example.com/${'x'.repeat(2000)}`, 'too_long'],
    ],
  },
}
export const TYPES = Object.keys(VALUES)
