import { env } from 'cloudflare:workers'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type * as z from 'zod'
import { app } from '../../src/app'
import { FIELDS } from '../../src/imports/columns'
import { mountedRoutes } from '../../src/openapi/mounted'
import { accountWithEverything, type FullAccount } from '../support/account-with-everything'
import { type Account, type ApiResponse, newAccount, operator } from '../support/api'
import { rows, rowsOf, tables } from '../support/d1'
import { holdQueue, thaw } from '../support/endpoint'
import { eventually } from '../support/eventually'
import { imported } from '../support/import-files'
import { expectProblem } from '../support/problem'
import { ALL, type Call, make, type NamedRoute, validCall } from '../support/valid-calls'

/**
 * Names things of another account wherever a request can name something. The response is the same as for a name that never
 * existed, and the other account is neither shown nor changed. If a call changes something, a second account that is like
 * the first sends the name that never existed.
 */

/** The other account. */
let theirs: FullAccount
let before: string
/** Names of things of theirs, and similar names that never existed: ids, and last an email, a phone and a word. */
let NAMES: [theirs: string, never: string][]
/** Matches any of these names. */
let ANY_NAME: RegExp
/** Texts that no response to another account contains. */
let secrets: string[]
/** Names that the callers have sent, so that responses may contain them. */
const sent = new Set<string>()

/** All that the database and the bucket store of an account, as one text. */
async function everythingOf({ id }: Account): Promise<string> {
  const found = await Promise.all(
    (await tables()).map(async ({ name, columns }) => {
      const column = name === 'accounts' ? 'id' : columns.includes('account_id') ? 'account_id' : null
      return column ? [name, await rows(`SELECT * FROM ${name} WHERE ${column} = ?`, id)] : [name]
    }),
  )
  const { objects } = await env.RESUMES.list({ prefix: `${id}/` })
  return JSON.stringify([found, objects.map(({ key, etag }) => [key, etag])])
}

beforeAll(async () => {
  // while the clock stands still, the isolate forgets no key
  vi.useFakeTimers({ toFake: ['Date'] })
  holdQueue()
  theirs = await accountWithEverything('canary')
  const { event = '', email = '', phone = '', word = '', ...ids } = theirs.named
  NAMES = [
    // valid, but no id contains a u
    ...[...Object.values(ids), event].map((id): [string, string] => [id, `${id.slice(0, -5)}u${id.slice(-4)}`]),
    [email, email.replace('canary', 'canarz')],
    [phone, phone.replace('0142', '0143')],
    [word, 'canarz'],
  ]
  const spellings = NAMES.flat().flatMap((name) => [name, encodeURIComponent(name)])
  // longer names first: an email contains the word
  spellings.sort((a, b) => b.length - a.length)
  ANY_NAME = new RegExp(spellings.join('|').replaceAll(/[.+]/g, '\\$&'), 'g')
  before = await everythingOf(theirs.account)
  const inRows = before.match(/\b(?:acct|key|pipe|stg|lbl|src|off|usr|job|prs|whk|imp|fld)_[0-9a-z]{26,}/g) ?? []
  secrets = [...new Set([...inRows, event, theirs.named.delivery as string, 'canary'])]
  expect(secrets.length).toBeGreaterThan(30)
}, 60_000)

afterAll(async () => {
  thaw()
  expect(await everythingOf(theirs.account), 'nothing of theirs has changed').toBe(before)
})

test('the other account has a row in every table', async () => {
  const ofAccounts = (await tables()).filter(
    ({ name, columns }) => name === 'accounts' || columns.includes('account_id'),
  )
  expect(Object.keys(await rowsOf(theirs.account.id)).sort()).toEqual(ofAccounts.map(({ name }) => name).sort())
  for (const [what, id] of Object.entries(theirs.named)) expect([what, id]).toEqual([what, expect.stringMatching(/./)])
})

const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g

/** A response without what differs between requests: its ids, times, costs, and every name that a test sends. */
function seen({ status, headers, text }: ApiResponse, name: string) {
  const same = (s: string) =>
    [name, encodeURIComponent(name)]
      // a short name can be part of a request id by chance
      .reduce((all, one) => all.replaceAll(one, '<name>'), s.replaceAll(UUID, '<uuid>'))
      .replaceAll(ANY_NAME, '<name>')
      .replaceAll(/\b(whsec|pro)_[\w+/=]+/g, '<secret>')
      .replaceAll(/\b([a-z]{3,4})_[0-9a-z]{21,}/g, '$1_')
      .replaceAll(/\b\d{13}\b|\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
      .replaceAll(/"nextPageToken":"[^"]+"/g, '"nextPageToken":"<token>"')
  const passing = { 'x-request-id': '<id>', 'x-d1-bookmark': '<bookmark>', 'content-length': '<n>' }
  const lines = [...headers].map(([header, value]) => [
    header,
    passing[header as keyof typeof passing] ?? same(value).replace(/dur=[\d.]+/, 'dur='),
  ])
  return { status, headers: Object.fromEntries(lines), text: same(text) }
}

/** A response without the number of rows: two accounts have different neighbours in an index. */
const lessRows = (answer: ReturnType<typeof seen>) => ({
  ...answer,
  headers: { ...answer.headers, 'server-timing': answer.headers['server-timing']?.replace(/ read=.*/, '') },
})

/**
 * Sends a name of theirs, and one that never existed: both as the first caller, or if the call has changed something, the
 * latter as the second caller. Checks that the responses are the same, and contain nothing of theirs but the name.
 */
async function expectAlike(
  ask: (caller: 0 | 1, name: string) => Promise<ApiResponse>,
  [theirs, never]: [string, string],
  changes: boolean,
): Promise<ApiResponse> {
  sent.add(theirs)
  const foreign = await ask(0, theirs)
  const hasChanged = changes && foreign.status < 400
  const unknown = await ask(hasChanged ? 1 : 0, never)
  const [one, other] = [seen(foreign, theirs), seen(unknown, never)]
  if (hasChanged) expect(lessRows(one)).toEqual(lessRows(other))
  else expect(one).toEqual(other)
  const shown = [...sent].reduce(
    (all, name) => all.replaceAll(name, ''),
    JSON.stringify([...foreign.headers]) + foreign.text,
  )
  expect(secrets.filter((secret) => shown.includes(secret))).toEqual([])
  return foreign
}

/** An account whose key is known to the isolate, so that every call costs the same. */
async function newCaller(): Promise<Account> {
  const account = await newAccount()
  await account.get('/v1/me')
  return account
}

const routes = mountedRoutes(app)
  // the first call of /health in a second reads the databases, the others share what it has read
  .filter(({ byOperator, path }) => !byOperator && path !== '/health')
  .map((route) => ({
    name: `${route.method} ${route.path}`,
    ...route,
    parameters: fieldsOf(route.schemas.query),
    fields: fieldsOf(route.schemas.json),
  }))

function fieldsOf(schema: z.ZodType | undefined): string[] {
  if (schema && !('shape' in schema)) throw new Error('This schema does not list its fields')
  return Object.keys((schema?.shape as object | undefined) ?? {})
}

/** `npm run fuzz` tests every field with every name. */
const isExhaustive = Number(env.FUZZ_CASES) > 1000

/** The kind of name that a value is: the prefix of an id, an email, a phone or a text. Of a list, the kind of the first. */
function kindOf(value: unknown): string {
  const text = String([value].flat()[0])
  if (text.includes('@')) return 'email'
  if (/^\+?[\d-]{10,}$/.test(text)) return 'phone'
  return /^([a-z]{3,4})_/.exec(text)?.[1] ?? 'text'
}

/** The names that a place of a request is tested with: those of the kind that is valid there, and one other. */
function namesFor(valid: unknown, place: number): [string, string][] {
  if (isExhaustive) return NAMES
  const isSame = ([name]: [string, string]) => kindOf(name) === kindOf(valid)
  const others = NAMES.filter((name) => !isSame(name))
  return [...NAMES.filter(isSame), ...others.slice(place % others.length).slice(0, 1)]
}

/** The caller of the calls that only read. */
let reader: Promise<Account> | undefined
/** An account that has used an `Idempotency-Key` for each route. */
let user: Promise<Account> | undefined

describe.each(routes)('$name', ({ name, method, parameters, fields, canBeRepeated }) => {
  let route: NamedRoute
  let callers: [Account, Account]
  let calls: [Call, Call]
  const call = (caller: 0 | 1, change: Partial<Call>, headers: Record<string, string> = {}) =>
    make(route, callers[caller].key, { ...calls[caller], ...change }, '', headers)
  const alike = (change: (caller: 0 | 1, name: string) => Partial<Call>, name: [string, string]) =>
    expectAlike((caller, one) => call(caller, change(caller, one)), name, method !== 'GET')

  beforeAll(async () => {
    sent.clear()
    route = ALL.find((r) => r.name === name) as NamedRoute
    if (method === 'GET') {
      reader ??= newCaller()
      callers = [await reader, await reader]
      const read = await validCall(route, callers[0])
      calls = [read, read]
    } else {
      callers = [await newCaller(), await newCaller()]
      calls = [await validCall(route, callers[0]), await validCall(route, callers[1])]
    }
  })

  if (name.includes(':id'))
    test('in the path', async () => {
      const valid = calls[0].path.split('/').find((part) => part.includes('_'))
      for (const one of namesFor(valid, name.length)) {
        const answer = await alike((_, id) => ({ path: route.template.replace(':id', encodeURIComponent(id)) }), one)
        expectProblem(answer, 404, 'not_found')
      }
    })

  /** The fields of a call with another value of one. A call that names a stage ignores the pipeline. */
  const withField = (given: object = {}, field: string, value: unknown) => ({
    ...Object.fromEntries(Object.entries(given).filter(([key]) => field !== 'pipelineId' || key !== 'stageId')),
    [field]: value,
  })

  test.each(parameters)('in the query as %s', async (parameter) => {
    for (const one of namesFor(calls[0].query[parameter], parameters.indexOf(parameter))) {
      const answer = await alike((caller, id) => ({ query: withField(calls[caller].query, parameter, id) }), one)
      if (route.references?.[parameter]) expectProblem(answer, 422, 'unknown_reference', ['errors'])
    }
  })

  test.each(fields)('in the body as %s', async (field) => {
    const given = (wrap: (id: string) => unknown) => (caller: 0 | 1, id: string) => ({
      body: withField(calls[caller].body, field, wrap(id)),
    })
    for (const one of namesFor(calls[0].body?.[field], fields.indexOf(field))) {
      const single = await alike(
        given((id) => id),
        one,
      )
      const isList = single.status === 400 && JSON.stringify(single.json.errors).includes('wrong_type')
      const answer = isList
        ? await alike(
            given((id) => [id]),
            one,
          )
        : single
      if (!route.references?.[field]) continue
      expectProblem(answer, 422, 'unknown_reference', ['errors'])
      expect(answer.json.errors).toMatchObject([{ in: 'body', pointer: isList ? `/${field}/0` : `/${field}` }])
    }
  })

  test('in a header', async () => {
    const inHeaders =
      (...headers: string[]) =>
      (caller: 0 | 1, value: string) =>
        call(caller, {}, Object.fromEntries(headers.map((header) => [header, value])))
    const names = canBeRepeated ? namesFor(undefined, name.length) : []
    for (const one of names) await expectAlike(inHeaders('Idempotency-Key'), one, true)
    // these contain versions, so that all names are invalid in the same way
    await expectAlike(inHeaders('If-Match', 'If-None-Match'), NAMES[0] as [string, string], method !== 'GET')
    const seenByThem = (await theirs.account.get('/v1/labels')).headers.get('x-d1-bookmark') ?? ''
    await expectAlike(inHeaders('X-D1-Bookmark'), [seenByThem, '00-0'], method !== 'GET')
  })

  if (canBeRepeated)
    test('with an Idempotency-Key that another account has used for the same call', async () => {
      user ??= newCaller()
      const other = await user
      const fresh = [await newCaller(), await newCaller()] as const
      await make(route, other.key, await validCall(route, other), '', { 'Idempotency-Key': `used ${name}` })
      const same = [await validCall(route, fresh[0]), await validCall(route, fresh[1])] as const
      const ask = (caller: 0 | 1, key: string) =>
        make(route, fresh[caller].key, same[caller], '', { 'Idempotency-Key': key })
      const answer = await expectAlike(ask, [`used ${name}`, `fresh ${name}`], true)
      expect([answer.status, answer.headers.has('idempotent-replayed')]).toEqual([route.answers, false])
    })
})

/** The token of a list's second page, for an account that has items in every list. */
async function tokenOf({ account, named }: FullAccount, path: string): Promise<string> {
  const id =
    { prospects: named.prospect, imports: named.import, webhooks: named.webhook }[path.split('/')[2] ?? ''] ?? ''
  const { json, text } = await account.get(`${path.replace(':id', id)}?limit=1`)
  if (!json.nextPageToken) throw new Error(`${path}: ${text}`)
  return json.nextPageToken
}

describe('page tokens', () => {
  const lists = routes.filter(({ parameters }) => parameters.includes('pageToken'))
  const tokens = new Map<string, [theirs: string, gone: string]>()

  beforeAll(async () => {
    const gone = await accountWithEverything('canard')
    for (const { path } of lists) tokens.set(path, [await tokenOf(theirs, path), await tokenOf(gone, path)])
    await operator('DELETE', `/admin/accounts/${gone.account.id}`)
    await eventually(async () => expect(await rowsOf(gone.account.id)).toEqual({}))
  }, 60_000)

  test.each(lists)(
    'of another account for $path get the response of those of a deleted account',
    async ({ name, path }) => {
      const route = ALL.find((r) => r.name === name) as NamedRoute
      const caller = await newCaller()
      const { path: own } = await validCall(route, caller)
      await expectAlike(
        (_, pageToken) => caller.get(`${own}?limit=1000&pageToken=${pageToken}`),
        tokens.get(path) as [string, string],
        false,
      )
    },
  )
})

test('in the rows of an import, in every column', async () => {
  const callers = [await newAccount(), await newAccount()] as const
  const create = ALL.find((r) => r.name === 'POST /v1/prospects') as NamedRoute
  const [valid] = [await validCall(create, callers[0]), await validCall(create, callers[1])]
  const cellsOf = (field: string, value: string) =>
    FIELDS.map((column) =>
      column === field ? value : column === 'firstName' ? 'Pat' : column === 'lastName' ? 'Doe' : '',
    )
  const linesOf = (field: string, number: number, side: 0 | 1) =>
    namesFor(field === 'id' ? 'prs_' : valid.body?.[field], number).map((names) => cellsOf(field, names[side]))
  const fileOf = (side: 0 | 1) =>
    [FIELDS, ...FIELDS.flatMap((field, number) => linesOf(field, number, side))].join('\n')
  const ids = [await imported(callers[0], fileOf(0)), await imported(callers[1], fileOf(1))].map(({ id }) => id)
  for (const [name] of NAMES) sent.add(name)
  for (const path of [`/v1/imports/ID`, '/v1/imports/ID/errors?limit=1000', '/v1/prospects/export', '/v1/events'])
    await expectAlike(
      (caller) => callers[caller].get(path.replace('ID', ids[caller] as string)),
      ['their file', 'another file'],
      true,
    )
})
