import { KINDS } from '../../src/catalog/kinds'
import type { Account } from './api'
import { makeItem } from './catalog-items'
import { makeField } from './custom-fields'
import { sendFile } from './import-files'
import { EXAMPLES } from './prospect-fields'
import { asField, CV } from './resume-files'

/** A route, as the shared tests (`routes.test.ts`) call it. They fail if a route has no entry. */
export interface Route {
  /** Who may call it: a key with this scope or a higher one, the operator, or anyone. */
  needs: 'read' | 'write' | 'admin' | 'operator' | 'nobody'
  /** The status of a valid call. */
  answers: number
  /** Creates the object that the id in the path names. */
  id?: (account: Account) => Promise<string>
  /** Every query parameter with a valid value. Null: a valid value needs an earlier response. */
  query?: Record<string, string | null>
  /** Every body field with a valid value. `references` makes the ids. */
  body?: Record<string, unknown>
  /** The type and the bytes of a body that is not JSON. */
  bytes?: [type: string, body: string]
  /** The type of a response that is not JSON. */
  type?: string
  /** Fields and query parameters that name an object of the account → a function that creates the object. */
  references?: Record<string, (account: Account) => Promise<unknown>>
}

const PAGE = { limit: '5', pageToken: null }

const made = (kind: (typeof KINDS)[number]['name']) => async (account: Account) =>
  (await makeItem(account, kind, `Made ${crypto.randomUUID()}`)).id
/** A number of thirteen digits, which the tests of tenancy take for a time. */
let fields = 10 ** 12
const field = async (account: Account) => (await makeField(account, String(fields++), 'select')).id
const prospect = async (account: Account) => (await account.prospect()).json.id
const prospectWithResume = async (account: Account) => (await account.prospect({ resume: asField(CV) })).json.id
const anImport = async (account: Account) => (await sendFile(account, 'name\nAnn Lee\n')).json.id
const spareKey = async ({ post }: Account) =>
  (await post('/v1/api-keys', { name: 'Spare', scopes: ['read'] })).json.id as string
const webhook = async ({ post }: Account) =>
  (await post('/v1/webhooks', { url: 'https://hooks.example.com/in' })).json.id as string
const delivery = async (account: Account) => {
  const id = await webhook(account)
  return (await account.post(`/v1/webhooks/${id}/ping`)).json.id as string
}
const duplicate = async (account: Account) => {
  for (const email of ['a@example.com', 'b@example.com']) await account.prospect({ email, phone: '212-555-0188' })
  return (await account.get('/v1/duplicates')).json.items[0].id as string
}
const itself = async ({ id }: Account) => id

const PROFILE = {
  ...EXAMPLES,
  firstName: 'Ann',
  lastName: 'Lee',
  email: 'ann@example.com',
  phone: '212-555-0123',
  labels: ['Hot'],
  newSourceName: 'Fair',
  resume: asField(CV),
  muteWebhook: true,
  custom: {},
}
const PROFILE_REFERENCES = {
  stageId: made('stages'),
  pipelineId: made('pipelines'),
  userId: made('users'),
  officeId: made('offices'),
  sourceId: made('sources'),
  jobId: made('jobs'),
}

/** The fields of catalog items besides `name`, in POST and in PATCH. */
const FURTHER: Partial<Record<string, [post: object, patch: object]>> = {
  pipelines: [{ stages: ['A'] }, { position: 3, isDefault: true }],
  stages: [{}, { position: 3, isDefault: true }],
  users: [{ email: 'u@example.com' }, { email: 'u@example.com' }],
}

function catalogRoutes(kind: (typeof KINDS)[number]['name']): [string, Route][] {
  const [post = {}, patch = {}] = FURTHER[kind] ?? []
  const [path, id] = [`/v1/${kind}`, made(kind)]
  return [
    [`GET ${path}`, { needs: 'read', answers: 200, query: { ...PAGE, counts: 'true' } }],
    [
      `POST ${path}`,
      {
        needs: 'write',
        answers: 201,
        body: { name: 'One', ...post },
        ...(kind === 'stages' && { references: { pipelineId: made('pipelines') } }),
      },
    ],
    [`GET ${path}/:id`, { needs: 'read', answers: 200, id }],
    [`PATCH ${path}/:id`, { needs: 'write', answers: 200, id, body: { name: 'Two', ...patch } }],
    [`DELETE ${path}/:id`, { needs: 'write', answers: 202, id, query: {}, references: { moveTo: id } }],
  ]
}

/** The filters of the list of prospects. */
const FILTERS = {
  q: 'ann',
  email: 'ann@example.com',
  phone: '2125550123',
  name: 'ann',
  title: 'agent',
  company: 'homes',
  city: 'new york',
  state: 'ny',
  postalCode: '100',
  stage: 'New',
  label: 'Hot,Cold',
  licenseStatus: 'licensed',
  officeId: 'off_x',
  sourceId: 'src_x',
  jobId: 'job_x',
  pipelineId: 'pipe_x',
  createdSince: '0',
  createdBefore: '99999999999999',
  updatedSince: '0',
  updatedBefore: '99999999999999',
  excludeLabel: 'Cold,Warm',
  fields: 'firstName,email',
}

export const ROUTES = new Map<string, Route>([
  ['GET /health', { needs: 'nobody', answers: 200 }],
  ['GET /openapi.json', { needs: 'nobody', answers: 200 }],

  ['GET /admin/accounts', { needs: 'operator', answers: 200, query: PAGE }],
  ['POST /admin/accounts', { needs: 'operator', answers: 201, body: { name: 'A', defaultCountry: 'US' } }],
  [
    'PATCH /admin/accounts/:id',
    { needs: 'operator', answers: 200, id: itself, body: { name: 'B', defaultCountry: 'CA', suspended: false } },
  ],
  ['DELETE /admin/accounts/:id', { needs: 'operator', answers: 202, id: itself }],
  ['POST /admin/accounts/:id/api-keys', { needs: 'operator', answers: 201, id: itself, body: { name: 'Admin' } }],

  ['GET /v1/me', { needs: 'read', answers: 200 }],
  ['GET /v1/api-keys', { needs: 'admin', answers: 200, query: PAGE }],
  [
    'POST /v1/api-keys',
    { needs: 'admin', answers: 201, body: { name: 'Key', scopes: ['read'], expiresAt: 4_102_444_800_000 } },
  ],
  ['DELETE /v1/api-keys/:id', { needs: 'admin', answers: 204, id: spareKey }],

  [
    'GET /v1/prospects',
    {
      needs: 'read',
      answers: 200,
      query: {
        ...PAGE,
        ...FILTERS,
        sort: 'updatedAt',
        total: 'false',
      },
    },
  ],
  [
    'POST /v1/prospects',
    { needs: 'write', answers: 201, body: { ...PROFILE, update: true }, references: PROFILE_REFERENCES },
  ],
  [
    'POST /v1/prospects/batch',
    { needs: 'write', answers: 200, body: { inputs: [{ firstName: 'Ann', lastName: 'Lee' }], update: true } },
  ],
  [
    'POST /v1/prospects/bulk',
    {
      needs: 'write',
      answers: 202,
      body: { filters: { email: 'nobody@example.com' }, set: { city: 'Troy' }, expectedCount: 0, dryRun: true },
    },
  ],
  [
    'GET /v1/prospects/export',
    { needs: 'read', answers: 200, query: { ...FILTERS, sort: 'createdAt' }, type: 'text/csv; charset=utf-8' },
  ],
  ['GET /v1/prospects/:id', { needs: 'read', answers: 200, id: prospect }],
  [
    'PATCH /v1/prospects/:id',
    {
      needs: 'write',
      answers: 200,
      id: prospect,
      body: { ...PROFILE, addLabels: ['Cold'], removeLabels: ['Old'] },
      references: { ...PROFILE_REFERENCES, jobIds: async (account) => [await made('jobs')(account)] },
    },
  ],
  [
    'DELETE /v1/prospects/:id',
    {
      needs: 'write',
      answers: 204,
      id: prospect,
      query: { muteWebhook: 'true' },
      references: { userId: made('users') },
    },
  ],
  [
    'POST /v1/prospects/:id/merge',
    {
      needs: 'write',
      answers: 200,
      id: prospect,
      body: { muteWebhook: true },
      references: { duplicateId: prospect, userId: made('users') },
    },
  ],
  [
    'PUT /v1/prospects/:id/resume',
    {
      needs: 'write',
      answers: 200,
      id: prospect,
      query: { fileName: 'cv.txt', muteWebhook: 'true' },
      bytes: ['text/plain', CV],
      references: { userId: made('users') },
    },
  ],
  ['GET /v1/prospects/:id/resume', { needs: 'read', answers: 200, id: prospectWithResume, type: 'text/plain' }],
  [
    'DELETE /v1/prospects/:id/resume',
    {
      needs: 'write',
      answers: 204,
      id: prospectWithResume,
      query: { muteWebhook: 'true' },
      references: { userId: made('users') },
    },
  ],
  ['GET /v1/imports', { needs: 'read', answers: 200, query: PAGE }],
  [
    'POST /v1/imports',
    {
      needs: 'write',
      answers: 202,
      query: { update: 'true', muteWebhook: 'true', labels: 'Hot,Cold', mapping: '{"Shoe":null}', dryRun: 'true' },
      bytes: ['text/csv', 'name,Shoe\nAnn Lee,38\n'],
      references: { userId: made('users'), stageId: made('stages'), pipelineId: made('pipelines') },
    },
  ],
  ['GET /v1/imports/:id', { needs: 'read', answers: 200, id: anImport }],
  ['DELETE /v1/imports/:id', { needs: 'write', answers: 204, id: anImport }],
  ['GET /v1/imports/:id/errors', { needs: 'read', answers: 200, id: anImport, query: PAGE }],
  ['GET /v1/prospects/:id/events', { needs: 'read', answers: 200, id: prospect, query: PAGE }],

  ...KINDS.flatMap(({ name }) => catalogRoutes(name)),

  ['GET /v1/fields', { needs: 'read', answers: 200, query: PAGE }],
  [
    'POST /v1/fields',
    {
      needs: 'write',
      answers: 201,
      body: { key: 'region', name: 'Region', type: 'select', options: ['North'], filterable: true, required: false },
    },
  ],
  ['GET /v1/fields/:id', { needs: 'read', answers: 200, id: field }],
  [
    'PATCH /v1/fields/:id',
    {
      needs: 'write',
      answers: 200,
      id: field,
      body: { name: 'Area', options: ['A'], renameOptions: [{ from: 'North', to: 'A' }], required: false },
    },
  ],
  ['DELETE /v1/fields/:id', { needs: 'write', answers: 202, id: field }],

  ['GET /v1/webhooks', { needs: 'admin', answers: 200, query: PAGE }],
  [
    'POST /v1/webhooks',
    {
      needs: 'admin',
      answers: 201,
      body: { url: 'https://hooks.example.com', eventTypes: ['prospect.created'], description: 'D', disabled: true },
    },
  ],
  ['GET /v1/webhooks/:id', { needs: 'admin', answers: 200, id: webhook }],
  [
    'PATCH /v1/webhooks/:id',
    {
      needs: 'admin',
      answers: 200,
      id: webhook,
      body: { url: 'https://hooks.example.org', eventTypes: ['prospect.deleted'], description: 'E', disabled: true },
    },
  ],
  ['DELETE /v1/webhooks/:id', { needs: 'admin', answers: 204, id: webhook }],
  ['POST /v1/webhooks/:id/rotate-secret', { needs: 'admin', answers: 200, id: webhook, body: {} }],
  ['POST /v1/webhooks/:id/ping', { needs: 'admin', answers: 202, id: webhook, body: { type: 'prospect.created' } }],
  ['POST /v1/webhooks/:id/recover', { needs: 'admin', answers: 202, id: webhook, body: { since: 0 } }],
  [
    'GET /v1/webhooks/:id/deliveries',
    {
      needs: 'admin',
      answers: 200,
      id: webhook,
      query: {
        ...PAGE,
        status: 'pending',
        eventType: 'ping',
        prospectId: 'prs_x',
        statusCode: '200',
        since: '1',
        before: '2',
      },
    },
  ],
  ['GET /v1/duplicates', { needs: 'read', answers: 200, query: PAGE }],
  ['POST /v1/duplicates/:id/dismiss', { needs: 'write', answers: 200, id: duplicate, body: {} }],
  ['GET /v1/deliveries/:id', { needs: 'admin', answers: 200, id: delivery }],
  ['POST /v1/deliveries/:id/redeliver', { needs: 'admin', answers: 202, id: delivery, body: {} }],

  [
    'GET /v1/events',
    { needs: 'read', answers: 200, query: { ...PAGE, after: `evt_${'0'.repeat(21)}`, type: 'prospect.created' } },
  ],
])
