import * as z from 'zod'
import { invalid, nameKey, requiredLine, requiredPatternWithout } from '../http/text'
import { FIELD_TYPES } from '../prospects/custom-fields'
import { MAX_OPTION_LENGTH } from '../prospects/custom-values'

/** How many options a field can have. */
const MAX_OPTIONS = 200

// filters separate options by commas, as they do labels
const option = requiredLine(MAX_OPTION_LENGTH)
  .refine((s) => !s.includes(','), invalid('not_allowed', 'An option cannot hold a comma.'))
  .meta({ pattern: requiredPatternWithout(',') })

/** Options must differ in more than case. */
export const areDistinct = (names: string[]): boolean => new Set(names.map(nameKey)).size === names.length
export const duplicateOption = () => invalid('duplicate', 'Two options of a field cannot have the same name.')

const options = z.array(option).min(1).max(MAX_OPTIONS).refine(areDistinct, duplicateOption()).optional()
const name = requiredLine(200)
const required = z.literal(false, { message: 'A field cannot be required.' }).optional()
const filterable = z.boolean().default(false)

/** Whether the values of fields of this type are options. */
export const hasOptions = (type: unknown): boolean => type === 'select' || type === 'multiselect'

/** Checks the type and the options together even if another field is wrong, so that all errors are reported. */
const isObject = ({ value }: z.core.ParsePayload) => typeof value === 'object' && value !== null

/** The body of `POST /v1/fields`. */
export const CreateField = z
  .strictObject({
    key: z
      .string()
      .regex(/^[a-z0-9_]{1,40}$/, { message: 'This must be 1 to 40 of the characters a–z, 0–9 and _.' })
      .meta({ maxLength: 40 }),
    name,
    type: z.enum(FIELD_TYPES),
    options,
    filterable,
    required,
  })
  .refine(({ type, options }) => !hasOptions(type) || options, {
    ...invalid('required', 'A field of this type needs options.'),
    path: ['options'],
    when: isObject,
  })
  .refine(({ type, options }) => hasOptions(type) || !options || !FIELD_TYPES.includes(type), {
    ...invalid('not_allowed', 'Only a select or multiselect has options.'),
    path: ['options'],
    when: isObject,
  })
export type CreateField = z.output<typeof CreateField>

/** The body of `PATCH /v1/fields/{id}`. Renames come first; `options` then replaces the list. */
export const UpdateField = z.strictObject({
  name: name.optional(),
  options,
  renameOptions: z
    .array(z.strictObject({ from: option, to: option }))
    .max(MAX_OPTIONS)
    .optional(),
  required,
})
export type UpdateField = z.output<typeof UpdateField>
