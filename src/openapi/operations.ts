import { RESUME_TYPES } from 'resume-parser'
import * as z from 'zod'
import { lastAdminKey, tooManyKeys } from '../accounts/errors'
import { alreadyExists, beingMoved, inUse, isDefault } from '../catalog/errors'
import { KINDS } from '../catalog/kinds'
import {
  bodyTooLarge,
  catalogFull,
  contention,
  merged,
  storageUnavailable,
  unknownReference,
  unsupportedMediaType,
} from '../http/errors'
import type { DocumentedProblem } from '../http/problem-type'
import { importTooLarge, tooManyImports } from '../imports/errors'
import { IMPORT_TYPES } from '../imports/records'
import { duplicateMerged, emailTaken, resumeTooLarge, versionMismatch } from '../prospects/errors'
import { EXPORT_TYPES } from '../prospects/export'
import { notConfigured, tooManySecrets, tooManyWebhooks, webhookDisabled } from '../webhooks/errors'
import { EventPage } from './events'
import type { HeaderName } from './headers'
import {
  AccountSchema,
  ApiKeySchema,
  CATALOG,
  DeliveryLogSchema,
  DeliverySchema,
  HealthSchema,
  ImportSchema,
  MeSchema,
  NewAccountSchema,
  NewApiKeySchema,
  orErased,
  ProspectPage,
  ProspectWithMessage,
  ProspectWritten,
  pageOf,
  RowErrorSchema,
  WebhookSchema,
  WebhookWithSecret,
} from './responses'

/** JSON, or bytes of one of these types, or either. */
export type Body = z.ZodType | (string | z.ZodType)[]

/** What the document says of an operation beyond what the route itself does: its words, its answers, its refusals. */
export interface Operation {
  operationId: string
  tag: (typeof TAGS)[number]['name']
  summary: string
  description?: string
  /** By status: what it means, and what comes with it. */
  answers: { [status: number]: [means: string, body?: Body | null, headers?: HeaderName[]] }
  /** The problems that it has besides those of every operation. */
  errors?: DocumentedProblem[]
  /** Conditional requests that it heeds. */
  conditions?: ('If-Match' | 'If-None-Match')[]
  /** A body to start from. */
  example?: object
  /** The types of its body, if that is no JSON. */
  takes?: string[]
  /** It is a file, and costs the database nothing. */
  isFile?: true
}

/** Links a guide of docs/api. */
const guide = (page: string, name = 'Guide') => `[${name}](/docs/${page}.md)`

export const TAGS = [
  {
    name: 'Prospects',
    description: `The people whom the account may hire. Guides: ${guide('finding', 'finding')}, ${guide('writing', 'creating, updating, merging, erasing')}, ${guide('exporting', 'exporting')}, ${guide('resumes', 'resumes')}.`,
  },
  { name: 'Imports', description: `Many prospects at once, from a file. ${guide('importing')}.` },
  { name: 'Catalog', description: `What prospects refer to: one uniform set of verbs. ${guide('catalog')}.` },
  { name: 'Events', description: `What happened, for callers who poll. ${guide('events')}.` },
  {
    name: 'Webhooks',
    description: `Endpoints that events are sent to, and each delivery. ${guide('webhooks', 'Guide, with receivers in JavaScript and Python')}.`,
  },
  { name: 'Account', description: `The account of the key, and its keys. ${guide('authentication')}.` },
  { name: 'Operator', description: 'Accounts. With the operator’s token.' },
  { name: 'Service', description: 'The service itself.' },
] as const

const PERSON = {
  firstName: 'José',
  lastName: 'Nerúda',
  email: 'jose@example.com',
  phone: '(212) 555-0123',
  labels: ['Hot', 'Inbound'],
  newSourceName: 'Referral',
}

const upper = (s: string) => (s[0]?.toUpperCase() ?? '') + s.slice(1)

/** Bodies to start from, by kind: of POST, and of PATCH. */
const ITEMS: Record<(typeof KINDS)[number]['name'], [post: object, patch: object]> = {
  pipelines: [
    { name: 'Recruiting', stages: ['New', 'Interview', 'Hired'] },
    { name: 'Hiring', isDefault: true },
  ],
  stages: [
    { name: 'Interview', pipelineId: 'pipe_01jd3v7x5c9q8m2k4n6p0r1s3t' },
    { name: 'First interview', position: 2 },
  ],
  labels: [{ name: 'Hot' }, { name: 'Very hot' }],
  sources: [{ name: 'Referral' }, { name: 'Recommended' }],
  offices: [{ name: 'Downtown' }, { name: 'Uptown' }],
  users: [{ name: 'Ann Lee', email: 'ann@example.com' }, { email: 'ann.lee@example.com' }],
  jobs: [{ name: 'Agent, Manhattan' }, { name: 'Agent, Brooklyn' }],
}

const catalogOperations = Object.fromEntries(
  KINDS.flatMap(({ name: kind, noun }): [string, Operation][] => {
    const schema = CATALOG[kind]
    const tag = 'Catalog'
    const [post, patch] = ITEMS[kind]
    const unique = kind === 'jobs' ? [] : [alreadyExists]
    const hasDefault = kind === 'pipelines' || kind === 'stages'
    const order = hasDefault ? 'by position, then name' : 'by name'
    return [
      [
        `GET /v1/${kind}`,
        {
          operationId: `list${upper(kind)}`,
          tag,
          summary: `List ${kind}`,
          description: `A page of them, ${order}.`,
          answers: { 200: ['A page.', pageOf(schema, upper(noun))] },
        },
      ],
      [
        `POST /v1/${kind}`,
        {
          operationId: `create${upper(noun)}`,
          tag,
          summary: `Create a ${noun}`,
          ...(kind === 'pipelines' && { description: 'With its stages; the first of them is its default stage.' }),
          answers: { 201: ['It was made.', schema, ['Location']] },
          errors: [...unique, catalogFull, ...(kind === 'stages' ? [unknownReference] : [])],
          example: post,
        },
      ],
      [
        `GET /v1/${kind}/:id`,
        { operationId: `get${upper(noun)}`, tag, summary: `Get a ${noun}`, answers: { 200: [`The ${noun}.`, schema] } },
      ],
      [
        `PATCH /v1/${kind}/:id`,
        {
          operationId: `update${upper(noun)}`,
          tag,
          summary: `Change a ${noun}`,
          description: `What is absent is left alone. A new name shows at once wherever it is read, and changes nobody's \`updatedAt\`.`,
          answers: { 200: [`The ${noun} as it is now.`, schema] },
          errors: unique,
          example: patch,
        },
      ],
      [
        `DELETE /v1/${kind}/:id`,
        {
          operationId: `delete${upper(noun)}`,
          tag,
          summary: `Delete a ${noun}`,
          description: `What is in use is not deleted (409, with \`prospectCount\`), unless \`moveTo\` says what to use instead: then the prospects are moved in the background, with an event each.`,
          answers: { 202: ['Prospects are being moved; it goes when that is done.'], 204: ['It is gone.'] },
          errors: [inUse, beingMoved, ...(hasDefault ? [isDefault] : []), unknownReference],
        },
      ],
    ]
  }),
)

/** Every operation, by method and path as they are mounted. */
export const OPERATIONS: Record<string, Operation> = {
  'GET /v1/prospects': {
    operationId: 'listProspects',
    tag: 'Prospects',
    summary: 'Find prospects',
    description: `A page of those who match every filter given, newest first, and how many match in all. With the default \`limit\` of 1 it answers "do we know this person?". What cannot match (a phone that is no phone, an unknown id) finds nobody; it is no error.`,
    answers: { 200: ['A page of those who match.', ProspectPage] },
  },
  'GET /v1/prospects/export': {
    operationId: 'exportProspects',
    tag: 'Prospects',
    summary: 'Export prospects',
    description: `Everybody who matches the filters of the list, in the order of creation, as a stream: CSV, or with \`Accept: application/x-ndjson\` one JSON object a line. Whoever is there throughout comes once. In a CSV, what a spreadsheet would take for a formula has an apostrophe in front.`,
    answers: { 200: ['Everybody who matches.', [...EXPORT_TYPES], ['Content-Disposition']] },
  },
  'POST /v1/prospects': {
    operationId: 'createProspect',
    tag: 'Prospects',
    summary: 'Create or update a prospect',
    description: `Makes the person, or finds whom the call is about: by email, else by phone (see *Who a call is about*). Found, they are left as they are, or with \`"update": true\` updated.`,
    answers: {
      200: ['Somebody known: as they were, or updated.', orErased(ProspectWritten), ['ETag']],
      201: ['Somebody new.', orErased(ProspectWritten), ['ETag', 'Location']],
    },
    errors: [catalogFull, resumeTooLarge, unknownReference, contention, storageUnavailable],
    example: PERSON,
  },
  'GET /v1/prospects/:id': {
    operationId: 'getProspect',
    tag: 'Prospects',
    summary: 'Get a prospect',
    description: 'Its `ETag` changes with the prospect, and with names in the catalog.',
    answers: {
      200: ['The prospect.', ProspectWithMessage, ['ETag']],
      304: ['Nothing has changed since the tag in `If-None-Match`.', null, ['ETag']],
    },
    errors: [merged],
    conditions: ['If-None-Match'],
  },
  'PATCH /v1/prospects/:id': {
    operationId: 'updateProspect',
    tag: 'Prospects',
    summary: 'Change a prospect',
    description: `Absent leaves alone, null clears, present overwrites. \`labels\` and \`jobIds\` are whole sets; \`addLabels\`, \`removeLabels\` and \`jobId\` change them. What changes nothing writes nothing.`,
    answers: { 200: ['The prospect as it is now.', ProspectWithMessage, ['ETag']] },
    errors: [
      emailTaken,
      catalogFull,
      merged,
      versionMismatch,
      resumeTooLarge,
      unknownReference,
      contention,
      storageUnavailable,
    ],
    conditions: ['If-Match'],
    example: { city: 'New York', addLabels: 'Met', removeLabels: 'Hot' },
  },
  'DELETE /v1/prospects/:id': {
    operationId: 'eraseProspect',
    tag: 'Prospects',
    summary: 'Erase a person',
    description: `The person is gone everywhere: also from the timeline, from events not delivered yet and from kept answers, and with the duplicates that were merged into them.`,
    answers: { 204: ['They are gone.'] },
    errors: [merged, versionMismatch, unknownReference],
    conditions: ['If-Match'],
  },
  'POST /v1/prospects/:id/merge': {
    operationId: 'mergeProspects',
    tag: 'Prospects',
    summary: 'Merge a duplicate into a prospect',
    description: `The survivor's values win, its blanks are filled; labels, jobs and timeline are joined. The duplicate's id then answers 410, and its email and phone go on meaning the survivor.`,
    answers: { 200: ['The survivor.', orErased(ProspectWithMessage), ['ETag']] },
    errors: [duplicateMerged, merged, unknownReference, contention],
    example: { duplicateId: 'prs_01jd3v7x5c9q8m2k4n6p0r1s3t' },
  },
  'PUT /v1/prospects/:id/resume': {
    operationId: 'uploadResume',
    tag: 'Prospects',
    summary: 'Upload a resume',
    description: `The body is the file: PDF, DOCX or plain text, at most 5 MiB. Its bytes have the last word on what it is; a \`Content-Type\` that disagrees is rejected. It takes the place of the one before; the same file under the same name changes nothing. It is read in the background: what it says for sure fills blanks of the prospect and overwrites nothing, and \`resume.parsed\` tells when that is done.`,
    answers: {
      200: ['The prospect with its resume, which is still to be read if it is new.', ProspectWithMessage, ['ETag']],
    },
    errors: [
      merged,
      versionMismatch,
      resumeTooLarge,
      bodyTooLarge,
      unsupportedMediaType,
      unknownReference,
      contention,
      storageUnavailable,
    ],
    conditions: ['If-Match'],
    takes: Object.keys(RESUME_TYPES),
  },
  'GET /v1/prospects/:id/resume': {
    operationId: 'downloadResume',
    tag: 'Prospects',
    summary: 'Download a resume',
    description:
      'The bytes as they were given, as a download: its name ends in `.pdf`, `.docx` or `.txt`, whatever it was given.',
    answers: { 200: ['The file.', Object.keys(RESUME_TYPES), ['Content-Disposition']] },
    errors: [merged, storageUnavailable],
  },
  'DELETE /v1/prospects/:id/resume': {
    operationId: 'removeResume',
    tag: 'Prospects',
    summary: 'Remove a resume',
    description: 'What it has filled in stays.',
    answers: { 204: ['It is gone.'] },
    errors: [merged, versionMismatch, unknownReference, contention],
    conditions: ['If-Match'],
  },
  'GET /v1/prospects/:id/events': {
    operationId: 'listProspectEvents',
    tag: 'Prospects',
    summary: 'Read the timeline of a prospect',
    description: 'Who changed what from what to what, newest first; muted changes too.',
    answers: { 200: ['A page of the timeline.', EventPage] },
    errors: [merged],
  },

  'GET /v1/imports': {
    operationId: 'listImports',
    tag: 'Imports',
    summary: 'List imports',
    description: 'Newest first.',
    answers: { 200: ['A page.', pageOf(ImportSchema, 'Import')] },
  },
  'POST /v1/imports': {
    operationId: 'startImport',
    tag: 'Imports',
    summary: 'Import a file',
    description: `The body is the file: a CSV with a line of column names (separated by comma, semicolon, tab or \`|\`; in UTF-8, UTF-16 or Windows-1252), or NDJSON, one object a line; at most 100 MiB, 500,000 rows and 500 columns. Each row is a *Create or update a prospect*, with the same rules; one that is refused keeps no other from being written. Usual names of columns are recognised, "First Name" or "E-mail"; a row whose \`id\` is a prospect's, or was before a merge, is about that prospect. The parameters hold for every row; a row's own stage, pipeline and user win. With \`dryRun=true\` rows are only tried, a few hundred at a time.`,
    answers: { 202: ['It was taken; the rows are being written.', ImportSchema, ['Location']] },
    errors: [tooManyImports, importTooLarge, unsupportedMediaType, unknownReference, storageUnavailable],
    takes: Object.keys(IMPORT_TYPES),
  },
  'GET /v1/imports/:id': {
    operationId: 'getImport',
    tag: 'Imports',
    summary: 'See how far an import is',
    answers: { 200: ['The import.', ImportSchema] },
  },
  'DELETE /v1/imports/:id': {
    operationId: 'deleteImport',
    tag: 'Imports',
    summary: 'Cancel or forget an import',
    description:
      'One that has not ended is cancelled; what it has written stays. One that has is forgotten. The file goes, and with it the refused rows.',
    answers: { 204: ['It is done.'] },
  },
  'GET /v1/imports/:id/errors': {
    operationId: 'listImportErrors',
    tag: 'Imports',
    summary: 'See what is wrong with rows',
    description: `A page of it, in the order of the file; at most 10 errors of a row, and some 10,000 of an import (\`failed\` counts all). With \`Accept: text/csv\` (or \`application/x-ndjson\`, as the file is) all the rows that were refused, as the file has them, with a column \`error\`: mend them and send them again, within the seven days that the file is kept.`,
    answers: {
      200: ['A page, or the rows.', [pageOf(RowErrorSchema, 'RowError'), ...Object.keys(IMPORT_TYPES)]],
    },
    errors: [storageUnavailable],
  },

  ...catalogOperations,

  'GET /v1/events': {
    operationId: 'listEvents',
    tag: 'Events',
    summary: 'Read the feed of events',
    description: `Every event that is not muted, oldest first, in the order in which they were committed. Whoever goes on with \`after\` from the last one they saw misses none.`,
    answers: { 200: ['A page of the feed.', EventPage] },
    errors: [unknownReference],
  },

  'GET /v1/webhooks': {
    operationId: 'listWebhooks',
    tag: 'Webhooks',
    summary: 'List webhooks',
    description: 'Newest first.',
    answers: { 200: ['A page.', pageOf(WebhookSchema, 'Webhook')] },
  },
  'POST /v1/webhooks': {
    operationId: 'createWebhook',
    tag: 'Webhooks',
    summary: 'Register a webhook',
    description:
      'An https URL of a public host, at the default port. The secret that signs what it is sent is shown this once. Until its host answers 2xx for the first time, it is sent at most 20 deliveries a minute, together with your other webhooks at that host; the others wait.',
    answers: { 201: ['It was registered.', WebhookWithSecret, ['Location']] },
    errors: [tooManyWebhooks, notConfigured],
    example: { url: 'https://hooks.example.com/in', eventTypes: ['prospect.created'], description: 'Our CRM' },
  },
  'GET /v1/webhooks/:id': {
    operationId: 'getWebhook',
    tag: 'Webhooks',
    summary: 'Get a webhook',
    answers: { 200: ['The webhook.', WebhookSchema] },
  },
  'PATCH /v1/webhooks/:id': {
    operationId: 'updateWebhook',
    tag: 'Webhooks',
    summary: 'Change, disable or enable a webhook',
    description:
      'Disabling cancels what is pending. Enabled again it starts with a clean slate; `recover` sends what it missed.',
    answers: { 200: ['The webhook as it is now.', WebhookSchema] },
    example: { disabled: false },
  },
  'DELETE /v1/webhooks/:id': {
    operationId: 'deleteWebhook',
    tag: 'Webhooks',
    summary: 'Delete a webhook',
    answers: { 204: ['It is gone, and so are its secret and its log.'] },
  },
  'POST /v1/webhooks/:id/rotate-secret': {
    operationId: 'rotateWebhookSecret',
    tag: 'Webhooks',
    summary: 'Give a webhook another secret',
    description: 'Both sign for 24 hours, so that the receiver can change over.',
    answers: { 200: ['The webhook, with its new secret.', WebhookWithSecret] },
    errors: [tooManySecrets, notConfigured, contention],
  },
  'POST /v1/webhooks/:id/ping': {
    operationId: 'pingWebhook',
    tag: 'Webhooks',
    summary: 'Send a test event',
    answers: { 202: ['It is on its way.', DeliverySchema] },
    errors: [webhookDisabled, contention],
  },
  'POST /v1/webhooks/:id/recover': {
    operationId: 'recoverWebhook',
    tag: 'Webhooks',
    summary: 'Send a webhook what it missed',
    description: `Events since then that were committed while it was disabled, and deliveries that failed or were cancelled, at most 30 days back. Each goes under the id that it always had.`,
    answers: { 202: ['It is being done.', WebhookSchema] },
    errors: [webhookDisabled],
    example: { since: 1795412345678 },
  },
  'GET /v1/webhooks/:id/deliveries': {
    operationId: 'listDeliveries',
    tag: 'Webhooks',
    summary: 'List deliveries to a webhook',
    description: 'Those of the newest events first.',
    answers: { 200: ['A page.', pageOf(DeliverySchema, 'Delivery')] },
  },
  'GET /v1/deliveries/:id': {
    operationId: 'getDelivery',
    tag: 'Webhooks',
    summary: 'Get a delivery with its attempts',
    answers: { 200: ['The delivery.', DeliveryLogSchema] },
  },
  'POST /v1/deliveries/:id/redeliver': {
    operationId: 'redeliver',
    tag: 'Webhooks',
    summary: 'Begin a delivery anew',
    description: 'Whatever became of it: it is sent again at once, with the whole schedule before it.',
    answers: { 202: ['It is on its way.', DeliverySchema] },
    errors: [webhookDisabled],
  },

  'GET /v1/me': {
    operationId: 'getMe',
    tag: 'Account',
    summary: 'See whose key this is',
    answers: { 200: ['The account and the key.', MeSchema] },
  },
  'GET /v1/api-keys': {
    operationId: 'listApiKeys',
    tag: 'Account',
    summary: 'List keys',
    description: 'Newest first, without their secrets and without those that were revoked.',
    answers: { 200: ['A page.', pageOf(ApiKeySchema, 'ApiKey')] },
  },
  'POST /v1/api-keys': {
    operationId: 'createApiKey',
    tag: 'Account',
    summary: 'Create a key',
    description: 'It is shown this once.',
    answers: { 201: ['It was made.', NewApiKeySchema] },
    errors: [tooManyKeys],
    example: { name: 'Website', scopes: ['write'] },
  },
  'DELETE /v1/api-keys/:id': {
    operationId: 'revokeApiKey',
    tag: 'Account',
    summary: 'Revoke a key',
    description: 'In force everywhere within a minute.',
    answers: { 204: ['It opens nothing any more.'] },
    errors: [lastAdminKey],
  },

  'GET /admin/accounts': {
    operationId: 'listAccounts',
    tag: 'Operator',
    summary: 'List accounts',
    description: 'Newest first.',
    answers: { 200: ['A page.', pageOf(AccountSchema, 'Account')] },
  },
  'POST /admin/accounts': {
    operationId: 'createAccount',
    tag: 'Operator',
    summary: 'Create an account',
    description: 'With a pipeline, *Recruiting*, and a first admin key, which is shown this once.',
    answers: { 201: ['It was made.', NewAccountSchema] },
    example: { name: 'Acme Realty', defaultCountry: 'US' },
  },
  'PATCH /admin/accounts/:id': {
    operationId: 'updateAccount',
    tag: 'Operator',
    summary: 'Change or suspend an account',
    answers: { 200: ['The account as it is now.', AccountSchema] },
    example: { suspended: true },
  },
  'DELETE /admin/accounts/:id': {
    operationId: 'deleteAccount',
    tag: 'Operator',
    summary: 'Delete an account',
    description: 'Its keys open nothing from that moment; all that it holds is erased in the background.',
    answers: { 202: ['It is being erased.'] },
  },
  'POST /admin/accounts/:id/api-keys': {
    operationId: 'createAdminKey',
    tag: 'Operator',
    summary: 'Create an admin key for an account',
    description: 'For an account that has lost its last.',
    answers: { 201: ['It was made.', NewApiKeySchema] },
    example: { name: 'Admin' },
  },

  'GET /health': {
    operationId: 'getHealth',
    tag: 'Service',
    summary: 'Ask whether the service is well',
    description: 'It is, if it could read each of its databases, at most a second ago.',
    answers: { 200: ['It is.', HealthSchema] },
  },
  'GET /openapi.json': {
    operationId: 'getOpenApi',
    tag: 'Service',
    summary: 'Get this document',
    description: 'For whoever asks, from any origin.',
    answers: {
      200: ['OpenAPI 3.1.', z.looseObject({ openapi: z.string() }).meta({ id: 'OpenApi' }), ['ETag']],
      304: ['It is still the one of the tag in `If-None-Match`.', null, ['ETag']],
    },
    conditions: ['If-None-Match'],
    isFile: true,
  },
}
