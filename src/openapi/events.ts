import * as z from 'zod'
import { EVENT_TYPES, type EventType } from '../webhooks/schema'
import { id, orErased, ProspectSchema, pageOf } from './responses'

/** Events, as webhooks carry them and as timeline and feed show them: schemas for the document of the API. */

const someone = orErased(ProspectSchema)
const stage = z
  .object({ id: z.string(), name: z.string() })
  .nullable()
  .meta({ description: 'A stage, by id and name.', example: { id: 'stg_01jd3v7x5c9q8m2k4n6p0r1s3t', name: 'New' } })

interface Described {
  /** What a schema of it is called. */
  name: string
  summary: string
  data: z.ZodObject
}

/** Each type of event: what it tells of, and its `data`. */
const EVENTS: Record<EventType, Described> = {
  'prospect.created': {
    name: 'ProspectCreated',
    summary: 'A prospect was made.',
    data: z.object({ prospect: someone }),
  },
  'prospect.updated': {
    name: 'ProspectUpdated',
    summary: 'Fields of a prospect were changed.',
    data: z.object({
      prospect: someone,
      changes: z
        .record(z.string(), z.object({ from: z.unknown(), to: z.unknown() }))
        .optional()
        .meta({
          description: 'Field → what it was, and what it is. Gone with the person once they are erased.',
          example: { title: { from: null, to: 'Agent' } },
        }),
    }),
  },
  'prospect.stage_changed': {
    name: 'ProspectStageChanged',
    summary: 'A prospect is in another stage.',
    data: z.object({ prospect: someone, previousStage: stage, currentStage: stage }),
  },
  'prospect.merged': {
    name: 'ProspectMerged',
    summary: 'A duplicate was merged into a prospect.',
    data: z.object({ prospect: someone, mergedId: id('prs', 'duplicate') }),
  },
  'prospect.deleted': {
    name: 'ProspectDeleted',
    summary: 'A person was erased.',
    data: z.object({ prospect: z.object({ id: id('prs', 'prospect') }) }),
  },
  'resume.parsed': { name: 'ResumeParsed', summary: 'A resume was read.', data: z.object({ prospect: someone }) },
}

const envelope = (type: string, data: z.ZodObject) =>
  z.object({
    id: id('evt', 'event').meta({ example: 'evt_1j0tcibtm302h8eugud7u' }),
    type: z.literal(type),
    timestamp: z
      .string()
      .meta({ format: 'date-time', description: 'When it was committed.', example: '2026-11-23T09:00:00.000Z' }),
    accountId: id('acct', 'account'),
    data,
  })

/** The webhooks, by type: what each is called, what it tells of, and its body. */
export const WEBHOOKS = Object.entries({
  ...EVENTS,
  ping: { name: 'Ping', summary: 'A test, sent on request to one endpoint.', data: z.object({}) },
}).map(([type, { name, summary, data }]) => ({
  type,
  name,
  summary,
  body: envelope(type, data).meta({ id: name, description: `The envelope of \`${type}\`.` }),
}))

const recorded = EVENT_TYPES.map((type) => {
  const { name, data, summary } = EVENTS[type]
  return envelope(type, data)
    .extend({
      actor: z
        .object({ keyId: id('key', 'key'), userId: z.string().nullable() })
        .meta({ description: 'The key that made the change, and the user whom the call named.' }),
      source: z.enum(['api', 'import', 'resume', 'merge']).meta({ description: 'How the change came in.' }),
      muted: z.boolean().meta({ description: 'Muted events are on the timeline alone.' }),
    })
    .meta({ id: `${name}Event`, description: summary })
})

/** A page of events, each with the `data` of its type. */
export const EventPage = pageOf(
  z
    .discriminatedUnion('type', recorded as [(typeof recorded)[number], ...typeof recorded])
    .meta({ id: 'Event', description: 'Something that happened to a prospect.' }),
  'Event',
)
