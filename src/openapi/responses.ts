import * as z from 'zod'
import type { Account, ApiKey } from '../accounts/store'
import type { Item } from '../catalog/store'
import { SCOPES } from '../http/factory'
import type { RowError } from '../imports/rows'
import type { Import } from '../imports/store'
import { FIELD_NAMES, fieldOf, TEXT_FIELDS, type TextField, type TextValues } from '../prospects/field-names'
import type { Prospect } from '../prospects/prospect'
import type { Delivery, DeliveryLog } from '../webhooks/deliveries'
import { EVENT_TYPES } from '../webhooks/schema'
import type { Webhook } from '../webhooks/store'
import { ResumeSchema } from './resume'

/**
 * What the API answers, as schemas for its document. The type of each is held against the one that the code answers
 * with (`satisfies`), so that neither can change alone.
 */

export const time = (what: string) =>
  z.int().meta({ description: `${what}, in Unix milliseconds.`, example: 1795412345678 })
export const id = (prefix: string, of: string) =>
  z.string().meta({ description: `Id of the ${of}.`, example: `${prefix}_01jd3v7x5c9q8m2k4n6p0r1s3t` })
const text = (description: string, example: string) => z.string().meta({ description, example })
const orNull = (schema: z.ZodString, description: string, example?: string) =>
  schema.nullable().meta({ description, ...(example !== undefined && { example }) })

const texts = Object.fromEntries(
  TEXT_FIELDS.map((name) => {
    const { required, values } = fieldOf(name)
    const value = values ? z.enum(values) : z.string()
    return [name, required ? value : value.nullable()]
  }),
) as unknown as { [F in TextField]: z.ZodType<TextValues[F]> }
const shape = {
  ...texts,
  id: z.string(),
  email: z.string().nullable(),
  phone: z.string().nullable(),
  currentStage: z.string().nullable(),
  currentStageId: z.string().nullable(),
  pipelineId: z.string().nullable(),
  labels: z.array(z.string()),
  sourceId: z.string().nullable(),
  jobIds: z.array(z.string()),
  createdByUserId: z.string().nullable(),
  updatedByUserId: z.string().nullable(),
  resume: ResumeSchema.nullable(),
  version: z.int(),
  createdAt: z.int(),
  updatedAt: z.int(),
}
const prospect = z.object(
  Object.fromEntries(
    FIELD_NAMES.map((name) => {
      const { description, example } = fieldOf(name)
      return [name, shape[name].meta({ description, ...(example !== undefined && { example }) })]
    }),
  ) as typeof shape,
)
prospect satisfies z.ZodType<Prospect>

const message = z
  .string()
  .nullable()
  .meta({ description: 'What was not taken as it was given, for people to read; null if all was.' })

export const ProspectSchema = prospect.meta({ id: 'Prospect', description: 'A person whom the account may hire.' })
export const ProspectWithMessage = prospect
  .extend({ message })
  .meta({ id: 'ProspectWithMessage', description: 'A prospect, and what there is to say about the call.' })
export const ProspectWritten = prospect
  .extend({
    message,
    created: z.boolean().meta({ description: 'Whether the call made them.' }),
    matchedBy: z.enum(['email', 'phone']).nullable().meta({ description: 'What they were recognised by.' }),
    potentialDuplicateId: z
      .string()
      .nullable()
      .meta({ description: 'Somebody else who has the phone, and may be the same person.' }),
  })
  .meta({ id: 'ProspectWritten', description: 'A prospect, and whom the call was about.' })
const erased = z
  .object({ id: z.string(), erased: z.literal(true) })
  .meta({ id: 'ErasedProspect', description: 'All that is left of somebody who was erased meanwhile.' })

/** A prospect, or what is left of them: in a call that is repeated after they were erased, and in events. */
export function orErased(schema: z.ZodType) {
  return z.union([schema, erased])
}

export const ProspectPage = z
  .object({
    prospects: z.array(ProspectSchema),
    totalCount: z.int().nullable().meta({
      description: 'Exactly how many match, whatever the page; null with `total=false`.',
      example: 42,
    }),
    nextPageToken: z.string().nullable().meta({ description: 'For the next page; null on the last.' }),
  })
  .meta({ id: 'ProspectPage', description: 'A page of the prospects that match.' })

/** A page of another list. */
export const pageOf = (schema: z.ZodType, name: string) =>
  z
    .object({
      items: z.array(schema),
      nextPageToken: z.string().nullable().meta({ description: 'For the next page; null on the last.' }),
    })
    .meta({ id: `${name}Page`, description: 'A page of the list.' })

const named = {
  name: z.string().meta({ description: 'In its first spelling.' }),
  createdAt: time('When it was made'),
  updatedAt: time('When it was last changed'),
  prospectCount: z
    .int()
    .optional()
    .meta({ description: 'How many prospects use it; in a list with `counts=true`.', example: 7 }),
}
const ordered = {
  position: z.int().meta({ description: 'Its place in the list; equal ones are ordered by name.', example: 0 }),
  isDefault: z.boolean().meta({ description: 'Whether new prospects start there.' }),
}
const catalog = {
  pipelines: z.object({ id: id('pipe', 'pipeline'), ...named, ...ordered }),
  stages: z.object({ id: id('stg', 'stage'), ...named, pipelineId: id('pipe', 'pipeline it is in'), ...ordered }),
  labels: z.object({ id: id('lbl', 'label'), ...named }),
  sources: z.object({ id: id('src', 'source'), ...named }),
  offices: z.object({ id: id('off', 'office'), ...named }),
  users: z.object({
    id: id('usr', 'user'),
    ...named,
    email: orNull(z.string(), 'In lower case.', 'ann@example.com'),
  }),
  jobs: z.object({ id: id('job', 'job'), ...named }),
}
// no field that the code does not show
catalog satisfies Record<string, z.ZodType<Pick<Item, 'id' | 'name' | 'createdAt' | 'updatedAt'>>>
export const CATALOG = Object.fromEntries(
  Object.entries(catalog).map(([kind, schema]) => {
    const name = kind[0]?.toUpperCase() + kind.slice(1, -1)
    return [kind, schema.meta({ id: name, description: `One of the account's ${kind}.` })]
  }),
) as unknown as typeof catalog

const webhook = z.object({
  id: id('whk', 'webhook'),
  url: text('Where events are sent.', 'https://hooks.example.com/in'),
  eventTypes: z
    .array(z.enum(EVENT_TYPES))
    .meta({ description: 'What it asks for; empty: everything.', example: ['prospect.created'] }),
  description: orNull(z.string(), 'For people.', 'Our CRM'),
  disabled: z.boolean().meta({ description: 'Nothing is sent to it.' }),
  disabledAt: time('Since when it is disabled').nullable(),
  disabledReason: z
    .enum(['requested', 'gone', 'failing'])
    .nullable()
    .meta({ description: 'By its owner; by answering 410; by five days of nothing but failures.' }),
  failingSince: time('Its first failure since it last succeeded').nullable(),
  createdAt: time('When it was registered'),
  updatedAt: time('When it was last changed'),
})
webhook satisfies z.ZodType<Omit<Webhook, 'eventTypes'>>
export const WebhookSchema = webhook.meta({ id: 'Webhook', description: 'An endpoint that events are sent to.' })
export const WebhookWithSecret = webhook
  .extend({
    secret: z
      .string()
      .nullable()
      .meta({ description: 'Shown this once; null if the call was repeated.', example: `whsec_${'A'.repeat(43)}=` }),
  })
  .meta({ id: 'WebhookWithSecret', description: 'An endpoint, and the secret that signs what it is sent.' })

const delivery = z.object({
  id: id('dlv', 'delivery').meta({ example: 'dlv_1j0tcibtm3001jd3v7x5c9q8m2k4n6p0r1s3t' }),
  eventId: id('evt', 'event').meta({ example: 'evt_1j0tcibtm302h8eugud7u' }),
  eventType: z.string().meta({ description: 'Its type.', example: 'prospect.created' }),
  webhookId: id('whk', 'webhook'),
  status: z.enum(['pending', 'succeeded', 'failed', 'cancelled']).meta({
    description: '`failed`: after the last attempt; `cancelled`: its endpoint was disabled.',
  }),
  attemptCount: z.int().meta({ description: 'How many attempts were made.', example: 1 }),
  lastStatusCode: z.int().nullable().meta({ description: 'What was answered last; null: nothing.', example: 200 }),
  lastError: orNull(z.string(), 'Why the last attempt failed.'),
  nextAttemptAt: time(
    'When it is tried next; null if it has ended, or waits for its turn: at an endpoint that is slow, or whose host has never answered 2xx',
  ).nullable(),
  createdAt: time('When its event was committed'),
})
delivery satisfies z.ZodType<Delivery>
export const DeliverySchema = delivery.meta({ id: 'Delivery', description: 'One event on its way to one endpoint.' })
const log = delivery.extend({
  attempts: z
    .array(
      z.object({
        attemptedAt: time('When it was sent'),
        durationMs: z.int().meta({ description: 'How long it took, in milliseconds.', example: 87 }),
        statusCode: z.int().nullable().meta({ description: 'What was answered; null: nothing.', example: 200 }),
        error: orNull(z.string(), 'Why it failed.'),
        responseBody: orNull(z.string(), 'The first 16 KB of the answer.', 'ok'),
      }),
    )
    .meta({ description: 'Oldest first: the last hundred, or as many of them as fit in 4 MiB of JSON.' }),
})
log satisfies z.ZodType<DeliveryLog>
export const DeliveryLogSchema = log.meta({ id: 'DeliveryLog', description: 'A delivery, with each attempt at it.' })

const imported = z.object({
  id: id('imp', 'import'),
  status: z.enum(['queued', 'running', 'completed', 'failed', 'cancelled']).meta({
    description:
      '`queued`: it waits until an earlier import of the account has ended, or to be tried again. `failed`: it could not be read to its end, see `reason`; what was written stays.',
  }),
  reason: orNull(z.string(), 'Why it failed, for people.'),
  bytes: z.int().meta({ description: 'The size of the file.', example: 1048576 }),
  bytesDone: z.int().meta({ description: 'How far it has come.', example: 524288 }),
  read: z.int().meta({ description: 'Rows so far: the sum of the following.', example: 5000 }),
  created: z.int().meta({ description: 'Rows that made somebody.', example: 4000 }),
  updated: z.int().meta({ description: 'Rows that changed somebody known.', example: 600 }),
  unchanged: z.int().meta({ description: 'Rows about somebody known that changed nothing.', example: 390 }),
  failed: z.int().meta({ description: 'Rows that were refused.', example: 10 }),
  unknownColumns: z.array(z.string()).meta({
    description:
      'Columns that mean nothing here (`mapping` can say), or of which a value gave way to another column of the same field; at most 100.',
    example: ['Shoe size'],
  }),
  dryRun: z.boolean().meta({ description: 'Whether nothing is written.' }),
  createdAt: time('When it was sent'),
  finishedAt: time('When it ended').nullable(),
})
imported satisfies z.ZodType<Import>
export const ImportSchema = imported.meta({ id: 'Import', description: 'A file of prospects, and how far it is.' })
const rowError = z.object({
  line: z.int().meta({ description: 'Where the row starts in the file; the first line is 1.', example: 7 }),
  column: orNull(z.string(), 'The column, as the file names it.', 'E-mail'),
  field: orNull(z.string(), 'What the column is.', 'email'),
  code: text('Stable; for programs.', 'wrong_format'),
  message: text('For people.', 'This is not an e-mail address.'),
  refused: z.boolean().meta({ description: 'Whether the row was left out; else the rest of it was written.' }),
})
rowError satisfies z.ZodType<RowError>
export const RowErrorSchema = rowError.meta({ id: 'RowError', description: 'What is wrong with a row of an import.' })

const account = z.object({
  id: id('acct', 'account'),
  name: text('Its name.', 'Acme Realty'),
  defaultCountry: text('ISO 3166-1; how phones without a country code are read.', 'US'),
  suspended: z.boolean().meta({ description: 'Its keys open nothing for now.' }),
  pipelineId: id('pipe', 'default pipeline'),
  createdAt: time('When it was made'),
  updatedAt: time('When it was last changed'),
})
account satisfies z.ZodType<Account>
const apiKey = z.object({
  id: id('key', 'key'),
  name: text('Its name.', 'Website'),
  scopes: z.array(z.enum(SCOPES)).meta({ description: 'What it may do.', example: ['read', 'write'] }),
  expiresAt: time('When it ends; null: never').nullable(),
  createdAt: time('When it was made'),
})
apiKey satisfies z.ZodType<ApiKey>
export const AccountSchema = account.meta({ id: 'Account', description: 'A tenant: no key sees past its own.' })
export const ApiKeySchema = apiKey.meta({ id: 'ApiKey', description: 'A key, without its secret.' })
export const NewApiKeySchema = apiKey
  .extend({ key: z.string().nullable().meta({ description: 'Shown this once; null if the call was repeated.' }) })
  .meta({ id: 'NewApiKey', description: 'A key, with its secret.' })
export const NewAccountSchema = account
  .extend({ apiKey: NewApiKeySchema })
  .meta({ id: 'NewAccount', description: 'An account, and its first admin key.' })
export const MeSchema = z
  .object({ account: AccountSchema, key: apiKey.omit({ createdAt: true }) })
  .meta({ id: 'Me', description: 'Whose key this is, and what it may do.' })

export const HealthSchema = z.object({ status: z.literal('ok') }).meta({ id: 'Health', description: 'It is well.' })
