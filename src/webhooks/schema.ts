import * as z from 'zod'
import { invalid, line, orNull, requiredLine } from '../http/text'
import { EVENT_TYPES } from './events'

export const CreateWebhook = z.strictObject({
  url: requiredLine(2000),
  /** Empty: all of them. */
  eventTypes: z
    .array(z.enum(EVENT_TYPES, invalid('not_allowed', `An event type is one of ${EVENT_TYPES.join(', ')}.`)))
    .transform((types) => [...new Set(types)])
    .default([]),
  description: orNull(line(500)),
  disabled: z.boolean().default(false),
})
export type CreateWebhook = z.infer<typeof CreateWebhook>
