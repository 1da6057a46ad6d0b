import * as z from 'zod'
import { ListQuery, limit, pageToken } from '../http/page'
import { invalid, line, orNull, parameter, requiredLine, timeParameter } from '../http/text'

/** The types of events that a webhook can ask for. */
export const EVENT_TYPES = [
  'prospect.created',
  'prospect.updated',
  'prospect.stage_changed',
  'prospect.deleted',
  'prospect.merged',
  'resume.parsed',
] as const
export type EventType = (typeof EVENT_TYPES)[number]

const oneOf = <T extends string>(types: readonly T[]) =>
  z.enum(types, invalid('not_allowed', `An event type is one of ${types.join(', ')}.`))
const eventType = oneOf(EVENT_TYPES)

/** The types of events that are delivered: those that a webhook can ask for, and pings. */
export const DELIVERED_TYPES = [...EVENT_TYPES, 'ping'] as const
export type DeliveredType = (typeof DELIVERED_TYPES)[number]

const eventTypes = z.array(eventType).transform((types) => [...new Set(types)])

const url = requiredLine(2000).meta({ format: 'uri' })

export const CreateWebhook = z.strictObject({
  url,
  /** Empty: all types. */
  eventTypes: eventTypes.default([]),
  description: orNull(line(500)),
  disabled: z.boolean().default(false),
})
export type CreateWebhook = z.infer<typeof CreateWebhook>

export const UpdateWebhook = z.strictObject({
  url: url.optional(),
  eventTypes: eventTypes.optional(),
  description: orNull(line(500)),
  disabled: z.boolean().optional(),
})
export type UpdateWebhook = z.infer<typeof UpdateWebhook>

/** The body of `POST /v1/webhooks/{id}/ping`. */
export const PingWebhook = z.strictObject({ type: oneOf(DELIVERED_TYPES).default('ping') })
export type PingWebhook = z.infer<typeof PingWebhook>

/** The body of `POST /v1/webhooks/{id}/recover`. */
export const RecoverWebhook = z.strictObject({
  /** Unix ms, not in the future. */
  since: z
    .int()
    .min(0)
    .refine((since) => since <= Date.now(), invalid('out_of_range', 'This must not be in the future.'))
    .meta({ format: 'int64' }),
})

/** The query of `GET /v1/webhooks/{id}/deliveries`. */
export const DeliveriesQuery = ListQuery.extend({
  status: z.enum(['pending', 'succeeded', 'failed', 'cancelled']).optional(),
  eventType: oneOf(DELIVERED_TYPES).optional(),
  prospectId: parameter().optional(),
  /** Of the last response. */
  statusCode: parameter()
    .refine((s) => /^([1-9]\d\d)?$/.test(s), invalid('out_of_range', 'This must be a status code from 100 to 999.'))
    .transform(Number)
    .meta({ override: { type: 'integer', minimum: 100, maximum: 999 } })
    .optional(),
  /** Unix ms, inclusive. */
  since: timeParameter().optional(),
  /** Unix ms, exclusive. */
  before: timeParameter().optional(),
})
export type DeliveriesQuery = z.output<typeof DeliveriesQuery>

/** The query of `GET /v1/events`. */
export const FeedQuery = z.strictObject({
  /** An event's id. */
  after: parameter().optional(),
  type: eventType.optional(),
  limit: limit(100),
  pageToken: pageToken.optional(),
})
export type FeedQuery = z.output<typeof FeedQuery>
