import { fieldOf, TEXT_FIELDS, type TextField } from '../../src/prospects/field-names'

/** Text fields whose values are no ids. */
export const PLAIN_TEXTS = TEXT_FIELDS.filter((name) => fieldOf(name).type !== 'reference')

/** Two values of a text field that is no reference. Texts contain `mark`. */
export function valuesOf(name: TextField, mark: string): [string, string] {
  const { type, values, example } = fieldOf(name)
  if (type === 'choice') return [values?.[0] ?? '', values?.[1] ?? '']
  if (type === 'url') return [`${example}/${mark}`, `${example}/other/${mark}`]
  return [`One ${mark}`, `Two ${mark}`]
}

/** The table's example of each text field that is no reference. */
export const EXAMPLES = Object.fromEntries(PLAIN_TEXTS.map((name) => [name, fieldOf(name).example])) as Record<
  TextField,
  string
>

/** Null for each text field that can be null. */
export const NO_TEXTS = Object.fromEntries(
  TEXT_FIELDS.filter((name) => !fieldOf(name).required).map((name) => [name, null]),
)
