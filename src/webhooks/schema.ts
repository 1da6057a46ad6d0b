import * as z from 'zod'
import { limit, pageToken } from '../http/page'
import { invalid, line, orNull, parameter, requiredLine } from '../http/text'

/** What a webhook can ask for. */
export const EVENT_TYPES = [
  'prospect.created',
  'prospect.updated',
  'prospect.stage_changed',
  'prospect.deleted',
  'prospect.merged',
  'resume.parsed',
] as const
export type EventType = (typeof EVENT_TYPES)[number]

const eventType = z.enum(EVENT_TYPES, invalid('not_allowed', `An event type is one of ${EVENT_TYPES.join(', ')}.`))

export const CreateWebhook = z.strictObject({
  url: requiredLine(2000),
  /** Empty: all of them. */
  eventTypes: z
    .array(eventType)
    .transform((types) => [...new Set(types)])
    .default([]),
  description: orNull(line(500)),
  disabled: z.boolean().default(false),
})
export type CreateWebhook = z.infer<typeof CreateWebhook>

/** The query of `GET /v1/events`. */
export const FeedQuery = z.strictObject({
  /** An event's id. */
  after: parameter().optional(),
  type: eventType.optional(),
  limit: limit(100),
  pageToken: pageToken.optional(),
})
export type FeedQuery = z.output<typeof FeedQuery>
