import * as z from 'zod'
import { merged, unknownReference } from '../http/errors'
import { id, LIST_PARAMETERS, pageOf, type Section } from '../http/openapi'
import { EVENT_TYPES, type EventType } from './schema'

/** How the reference describes one type of events. */
interface EventDescription {
  /** The name of its schema. */
  name: string
  summary: string
  data: z.ZodObject
}

/** The headers of a webhook request (Standard Webhooks). */
export const WEBHOOK_HEADERS = z.object({
  'webhook-id': z.string().meta({
    description: 'The id of the event. It is the same in every attempt: ignore an event that you have seen.',
  }),
  'webhook-timestamp': z.string().meta({ description: 'When this attempt was signed, in Unix seconds.' }),
  'webhook-signature': z
    .string()
    .meta({ description: '`v1,` and the signature. Several signatures are separated by spaces.' }),
})

const stage = z
  .object({ id: z.string(), name: z.string() })
  .nullable()
  .meta({ description: 'A stage, by id and name.', example: { id: 'stg_01jd3v7x5c9q8m2k4n6p0r1s3t', name: 'New' } })

/** The `data` of each type of events, given the schema of a prospect. */
const describeTypes = (prospect: z.ZodType): Record<EventType, EventDescription> => ({
  'prospect.created': {
    name: 'ProspectCreated',
    summary: 'A prospect was created.',
    data: z.object({ prospect }),
  },
  'prospect.updated': {
    name: 'ProspectUpdated',
    summary: 'Fields of a prospect changed.',
    data: z.object({
      prospect,
      changes: z
        .record(z.string(), z.object({ from: z.unknown(), to: z.unknown() }))
        .optional()
        .meta({
          description: 'The old and the new value of each changed field. Absent once the person is erased.',
          example: { title: { from: null, to: 'Agent' } },
        }),
    }),
  },
  'prospect.stage_changed': {
    name: 'ProspectStageChanged',
    summary: 'The stage of a prospect changed.',
    data: z.object({ prospect, previousStage: stage, currentStage: stage }),
  },
  'prospect.merged': {
    name: 'ProspectMerged',
    summary: 'A duplicate was merged into a prospect.',
    data: z.object({ prospect, mergedId: id('prs', 'duplicate') }),
  },
  'prospect.deleted': {
    name: 'ProspectDeleted',
    summary: 'A person was erased.',
    data: z.object({ prospect: z.object({ id: id('prs', 'prospect') }) }),
  },
  'resume.parsed': {
    name: 'ResumeParsed',
    summary: 'A resume was parsed.',
    data: z.object({ prospect }),
  },
})

const test = z
  .literal(true)
  .optional()
  .meta({ description: 'Only in a sample event, which a ping sends. Nothing happened.' })

const envelope = (type: string, data: z.ZodObject) =>
  z.object({
    id: id('evt', 'event').meta({ example: 'evt_1j0tcibtm302h8eugud7u' }),
    type: z.literal(type),
    timestamp: z.string().meta({
      format: 'date-time',
      description: 'When the change was committed (ISO 8601).',
      example: '2026-11-23T09:00:00.000Z',
    }),
    accountId: id('acct', 'account'),
    data,
  })

/** Events as webhooks, timeline and feed show them, given the schema of a prospect. */
export function describeEvents(prospect: z.ZodType): {
  /** The requests that webhooks receive, by type of event. */
  webhooks: { type: string; name: string; summary: string; body: z.ZodType }[]
  section: Section
} {
  const types = describeTypes(prospect)
  const ping = { name: 'Ping', summary: 'A test event, sent to one webhook on request.', data: z.object({}) }
  const webhooks = Object.entries({ ...types, ping }).map(([type, { name, summary, data }]) => ({
    type,
    name,
    summary,
    body: envelope(type, data)
      .extend({ test })
      .meta({ id: name, description: `The body of a \`${type}\` webhook.` }),
  }))
  const events = EVENT_TYPES.map((type) => {
    const { name, data, summary } = types[type]
    return envelope(type, data)
      .extend({
        actor: z
          .object({ keyId: id('key', 'key'), userId: z.string().nullable() })
          .meta({ description: 'The key that made the change, and the `userId` of the call.' }),
        source: z.enum(['api', 'import', 'resume', 'merge']).meta({ description: 'What made the change.' }),
        muted: z.boolean().meta({ description: 'Whether `muteWebhook` kept the event from webhooks and the feed.' }),
      })
      .meta({ id: `${name}Event`, description: summary })
  })
  const EventPage = pageOf(
    z
      .discriminatedUnion('type', events as [(typeof events)[number], ...typeof events])
      .meta({ id: 'Event', description: 'A change of a prospect.' }),
    'Event',
  )
  const section: Section = {
    tag: 'Events',
    introduction: 'The changes of prospects, for programs that poll instead of receiving webhooks.',
    guides: ['events'],
    ids: { prospects: 'prospect, `prs_…`' },
    parameters: {
      ...LIST_PARAMETERS,
      after: {
        description: 'The id of the last event that you have read. The response starts after it.',
        example: 'evt_1j0tcibtm302h8eugud7u',
      },
      type: { description: 'Only events of this type.' },
    },
    operations: {
      'GET /v1/events': {
        operationId: 'listEvents',
        summary: 'List the events of the account',
        description: 'Returns a page of the feed.',
        quotes: ['events#Polling'],
        responses: { 200: ['A page of the feed.', EventPage] },
        errors: [unknownReference],
      },
      'GET /v1/prospects/:id/events': {
        operationId: 'listProspectEvents',
        summary: 'List the events of a prospect',
        description:
          'Returns a page of the timeline: every change of the prospect, newest first, with the old and new values, the key and the user. It includes muted events.',
        responses: { 200: ['A page of the timeline.', EventPage] },
        errors: [merged],
      },
    },
  }
  return { webhooks, section }
}
