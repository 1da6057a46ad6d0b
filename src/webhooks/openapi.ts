import * as z from 'zod'
import { contention } from '../http/errors'
import { id, LIST_PARAMETERS, pageOf, type Section, text, textOrNull, time } from '../http/openapi'
import type { Delivery, DeliveryLog } from './deliveries'
import { notConfigured, tooManySecrets, tooManyWebhooks, webhookDisabled } from './errors'
import { EVENT_TYPES } from './schema'
import type { Webhook } from './store'

const webhook = z.object({
  id: id('whk', 'webhook'),
  url: text('The URL that events are sent to.', 'https://hooks.example.com/in'),
  eventTypes: z
    .array(z.enum(EVENT_TYPES))
    .meta({ description: 'The types of events that are sent. Empty: all types.', example: ['prospect.created'] }),
  description: textOrNull('A note for people.', 'Our CRM'),
  disabled: z.boolean().meta({ description: 'Whether the webhook is disabled: no events are sent to it.' }),
  disabledAt: time('When the webhook was disabled').nullable(),
  disabledReason: z.enum(['requested', 'gone', 'failing']).nullable().meta({
    description:
      '`requested`: by a PATCH. `gone`: the endpoint responded with 410. `failing`: all attempts of five days failed.',
  }),
  failingSince: time('Time of the first failed attempt since the last successful one').nullable(),
  createdAt: time('When the webhook was registered'),
  updatedAt: time('When the webhook was last changed'),
})
webhook satisfies z.ZodType<Omit<Webhook, 'eventTypes'>>

const WebhookSchema = webhook.meta({ id: 'Webhook', description: 'An endpoint that events are sent to.' })
const WebhookWithSecret = webhook
  .extend({
    secret: z
      .string()
      .nullable()
      .meta({
        description: 'The secret that signs the requests. Shown in this response only; null in an idempotent replay.',
        example: `whsec_${'A'.repeat(43)}=`,
      }),
  })
  .meta({ id: 'WebhookWithSecret', description: 'An endpoint, with the secret that signs the requests to it.' })

const delivery = z.object({
  id: id('dlv', 'delivery').meta({ example: 'dlv_1j0tcibtm3001jd3v7x5c9q8m2k4n6p0r1s3t' }),
  eventId: id('evt', 'event').meta({ example: 'evt_1j0tcibtm302h8eugud7u' }),
  eventType: z.string().meta({ description: 'The type of the event.', example: 'prospect.created' }),
  webhookId: id('whk', 'webhook'),
  status: z.enum(['pending', 'succeeded', 'failed', 'cancelled']).meta({
    description:
      '`pending`: another attempt follows. `failed`: the last attempt failed. `cancelled`: the webhook was disabled.',
  }),
  attemptCount: z.int().meta({ description: 'How many attempts were made.', example: 1 }),
  lastStatusCode: z
    .int()
    .nullable()
    .meta({ description: 'The status code of the last response. Null: there was no response.', example: 200 }),
  lastError: textOrNull('Why the last attempt failed.'),
  nextAttemptAt: time(
    'When the next attempt is made',
    'Null if the delivery has ended, or waits for its turn because its endpoint is slow or its host is not verified.',
  ).nullable(),
  createdAt: time('When the event was committed'),
})
delivery satisfies z.ZodType<Delivery>

const DeliverySchema = delivery.meta({ id: 'Delivery', description: 'The delivery of one event to one endpoint.' })
const log = delivery.extend({
  attempts: z
    .array(
      z.object({
        attemptedAt: time('When the request was sent'),
        durationMs: z.int().meta({ description: 'How long the attempt took, in milliseconds.', example: 87 }),
        statusCode: z
          .int()
          .nullable()
          .meta({ description: 'The status code of the response. Null: there was no response.', example: 200 }),
        error: textOrNull('Why the attempt failed.'),
        responseBody: textOrNull('The first 16 KB of the response.', 'ok'),
      }),
    )
    .meta({ description: 'The last hundred attempts, or as many of them as fit into 4 MiB of JSON; oldest first.' }),
})
log satisfies z.ZodType<DeliveryLog>
const DeliveryLogSchema = log.meta({ id: 'DeliveryLog', description: 'A delivery, with its attempts.' })

/** `/v1/webhooks` and `/v1/deliveries`. */
export const webhookSection: Section = {
  tag: 'Webhooks',
  introduction: 'Endpoints that events are sent to, and the deliveries to them.',
  guides: ['webhooks', 'events'],
  ids: { webhooks: 'webhook, `whk_…`', deliveries: 'delivery, `dlv_…`' },
  fields: {
    url: {
      description: 'The URL that events are sent to: https, a public host name, the default port, no credentials.',
      example: 'https://hooks.example.com/in',
    },
    eventTypes: { description: 'The types of events to send. Empty: all types.', example: ['prospect.created'] },
    description: { description: 'A note for people.', example: 'Our CRM' },
    disabled: { description: 'Whether the webhook is disabled: no events are sent to it.', example: false },
    type: { description: 'The type of the sample event.', example: 'prospect.created' },
    since: {
      description: 'Events from this time on are sent, in Unix milliseconds. It must not be in the future.',
      example: 1795412345678,
    },
  },
  parameters: {
    ...LIST_PARAMETERS,
    status: { description: 'Only deliveries with this status.' },
    eventType: { description: 'Only deliveries of events of this type.' },
    prospectId: {
      description: 'Only deliveries of events of this prospect.',
      example: 'prs_01jd3v7x5c9q8m2k4n6p0r1s3t',
    },
    statusCode: { description: 'Only deliveries whose last response had this status code.', example: 503 },
    since: {
      description: 'Only deliveries of events that were committed at this time or later, in Unix milliseconds.',
      example: 1795412345678,
    },
    before: {
      description: 'Only deliveries of events that were committed before this time, in Unix milliseconds.',
      example: 1795412345678,
    },
  },
  operations: {
    'GET /v1/webhooks': {
      operationId: 'listWebhooks',
      summary: 'List webhooks',
      description: 'Returns a page of webhooks, newest first.',
      responses: { 200: ['A page of webhooks.', pageOf(WebhookSchema, 'Webhook')] },
    },
    'POST /v1/webhooks': {
      operationId: 'createWebhook',
      summary: 'Register a webhook',
      description: 'The response shows the secret that signs the requests. It is shown only once.',
      quotes: ['webhooks#Unverified hosts'],
      responses: { 201: ['The new webhook.', WebhookWithSecret, ['Location']] },
      errors: [tooManyWebhooks, notConfigured],
      example: { url: 'https://hooks.example.com/in', eventTypes: ['prospect.created'], description: 'Our CRM' },
    },
    'GET /v1/webhooks/:id': {
      operationId: 'getWebhook',
      summary: 'Get a webhook',
      responses: { 200: ['The webhook.', WebhookSchema] },
    },
    'PATCH /v1/webhooks/:id': {
      operationId: 'updateWebhook',
      summary: 'Update, disable or enable a webhook',
      description:
        'Absent fields keep their values. Disabling cancels the pending deliveries. Enabling clears `failingSince`; `recover` sends what the endpoint missed.',
      responses: { 200: ['The updated webhook.', WebhookSchema] },
      example: { disabled: false },
    },
    'DELETE /v1/webhooks/:id': {
      operationId: 'deleteWebhook',
      summary: 'Delete a webhook',
      description: 'Deletes the webhook, its secret and its log of deliveries.',
      responses: { 204: ['The webhook is deleted.'] },
    },
    'POST /v1/webhooks/:id/rotate-secret': {
      operationId: 'rotateWebhookSecret',
      summary: 'Rotate the secret of a webhook',
      description: 'Creates a new secret. The old one also signs for 24 hours, so that the receiver can change over.',
      responses: { 200: ['The webhook, with its new secret.', WebhookWithSecret] },
      errors: [tooManySecrets, notConfigured, contention],
    },
    'POST /v1/webhooks/:id/ping': {
      operationId: 'pingWebhook',
      summary: 'Send a sample event',
      description:
        'Sends a sample event of the given type to this webhook only, whatever types it asks for. Its envelope has `test: true`.',
      responses: { 202: ['The delivery of the sample event.', DeliverySchema] },
      errors: [webhookDisabled, contention],
      example: { type: 'prospect.created' },
    },
    'POST /v1/webhooks/:id/recover': {
      operationId: 'recoverWebhook',
      summary: 'Send a webhook the events that it missed',
      description:
        'Sends the events since `since` that were committed while the webhook was disabled, and the deliveries that failed or were cancelled; at most 30 days back. Each event keeps its id.',
      responses: { 202: ['The webhook. Its events are being sent.', WebhookSchema] },
      errors: [webhookDisabled],
      example: { since: 1795412345678 },
    },
    'GET /v1/webhooks/:id/deliveries': {
      operationId: 'listDeliveries',
      summary: 'List the deliveries to a webhook',
      description: 'Returns a page of deliveries. Those of the newest events come first.',
      quotes: ['webhooks#Filtering deliveries'],
      responses: { 200: ['A page of deliveries.', pageOf(DeliverySchema, 'Delivery')] },
    },
    'GET /v1/deliveries/:id': {
      operationId: 'getDelivery',
      summary: 'Get a delivery with its attempts',
      responses: { 200: ['The delivery.', DeliveryLogSchema] },
    },
    'POST /v1/deliveries/:id/redeliver': {
      operationId: 'redeliver',
      summary: 'Send a delivery again',
      description:
        'Starts the delivery again, whatever its status: one attempt at once, then the whole retry schedule.',
      responses: { 202: ['The delivery. An attempt is being made.', DeliverySchema] },
      errors: [webhookDisabled],
    },
  },
}
