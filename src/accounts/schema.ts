import { isSupportedCountry } from 'libphonenumber-js'
import * as z from 'zod'
import { SCOPES } from '../http/factory'
import { invalid, requiredLine, trim } from '../http/text'

const name = requiredLine(200)
const country = z
  .string()
  .overwrite((s) => trim(s).toUpperCase())
  .refine(isSupportedCountry, invalid('not_allowed', 'This is not a two-letter country code (ISO 3166-1).'))
  .meta({ minLength: 2, maxLength: 2 })

export const CreateAccount = z.strictObject({ name, defaultCountry: country.default('US') })
export type CreateAccount = z.infer<typeof CreateAccount>

export const UpdateAccount = z.strictObject({ name, defaultCountry: country, suspended: z.boolean() }).partial()
export type UpdateAccount = z.infer<typeof UpdateAccount>

export const CreateAdminKey = z.strictObject({ name: name.default('Admin') })

export const CreateKey = z.strictObject({
  name,
  scopes: z
    .array(z.enum(SCOPES))
    .min(1)
    .transform((given) => SCOPES.filter((scope) => given.includes(scope))),
  /** Unix ms. */
  expiresAt: z
    .int()
    .refine((at) => at > Date.now(), invalid('out_of_range', 'This must be in the future (Unix milliseconds).'))
    .meta({ format: 'int64', minimum: 0 })
    .nullable()
    .default(null),
})
export type CreateKey = z.infer<typeof CreateKey>
