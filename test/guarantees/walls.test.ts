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
import { imported } from '../support/import-files'
import { expectProblem } from '../support/problem'
import { ALL, type Call, make, type NamedRoute, validCall } from '../support/valid-calls'

/**
 * Whatever of another account is named, wherever it can be: the answer is the one that somebody gets who names what never
 * was, and nothing of the other account is shown or changed. Two callers who are alike ask: one for what is theirs, one
 * for what is nobody's.
 */

let theirs: FullAccount
let before: string
/** What can be named of theirs, and the same that never was. */
let NAMES: [theirs: string, never: string][]
/** What no answer to others has in it. */
let secrets: string[]
/** What the callers were given of it, and may have kept. */
const sent = new Set<string>()

/** All that the database and the bucket have of an account, as one text. */
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
  // for as long as the clock stands still, keys that are known stay so
  vi.useFakeTimers({ toFake: ['Date'] })
  holdQueue()
  theirs = await accountWithEverything('canary')
  const { event = '', email = '', phone = '', word = '', ...ids } = theirs.named
  NAMES = [
    // well written, but no id has a u
    ...[...Object.values(ids), event].map((id): [string, string] => [id, `${id.slice(0, -5)}u${id.slice(-4)}`]),
    [email, email.replace('canary', 'canarz')],
    [phone, phone.replace('0142', '0143')],
    [word, 'canarz'],
  ]
  before = await everythingOf(theirs.account)
  const inRows = before.match(/\b(?:acct|key|pipe|stg|lbl|src|off|usr|job|prs|whk|imp)_[0-9a-z]{26,}/g) ?? []
  secrets = [...new Set([...inRows, event, theirs.named.delivery as string, 'canary'])]
  expect(secrets.length).toBeGreaterThan(30)
}, 60_000)

afterAll(async () => {
  thaw()
  expect(await everythingOf(theirs.account), 'nothing of theirs has changed').toBe(before)
})

test('they have something in every table', async () => {
  const ofAccounts = (await tables()).filter(
    ({ name, columns }) => name === 'accounts' || columns.includes('account_id'),
  )
  expect(Object.keys(await rowsOf(theirs.account.id)).sort()).toEqual(ofAccounts.map(({ name }) => name).sort())
  for (const [what, id] of Object.entries(theirs.named)) expect([what, id]).toEqual([what, expect.stringMatching(/./)])
})

const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g

/** A response without what differs from request to request: its ids, times, costs, and every name that a test sends. */
function seen({ status, headers, text }: ApiResponse, name: string) {
  const same = (s: string) =>
    [name, ...NAMES.flat()]
      .flatMap((one) => [one, encodeURIComponent(one)])
      // a short name can be part of a request id by chance
      .reduce((all, one) => all.replaceAll(one, '<name>'), s.replaceAll(UUID, '<uuid>'))
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

/** What it cost, less the rows: two accounts have other neighbours in an index. */
const lessRows = (answer: ReturnType<typeof seen>) => ({
  ...answer,
  headers: { ...answer.headers, 'server-timing': answer.headers['server-timing']?.replace(/ read=.*/, '') },
})

/**
 * Asks for what is theirs, and for what never was: the first caller, or if the call has changed something the second. The
 * answers are alike, and show nothing but what was asked for.
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

/** An account whose key is known, so that every call costs the same. */
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
  if (schema && !('shape' in schema)) throw new Error('The fields of this schema cannot be told')
  return Object.keys((schema?.shape as object | undefined) ?? {})
}

/** `npm run fuzz` tests every field with every name. */
const isExhaustive = Number(env.FUZZ_CASES) > 1000

/** The names that a field which takes no id is tested with: those that are not ids, and one id, another for each field. */
function namesFor(fieldNumber: number): [string, string][] {
  if (isExhaustive) return NAMES
  const others = NAMES.slice(-3)
  const ids = NAMES.slice(0, -3)
  return [...others, ...ids.slice(fieldNumber % ids.length).slice(0, 1)]
}

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
    callers = [await newCaller(), await newCaller()]
    calls = [await validCall(route, callers[0]), await validCall(route, callers[1])]
  })

  if (name.includes(':id'))
    test('in the path', async () => {
      for (const one of NAMES) {
        const answer = await alike((_, id) => ({ path: route.template.replace(':id', encodeURIComponent(id)) }), one)
        expectProblem(answer, 404, 'not_found')
      }
    })

  /** The fields of a call with another value of one; a stage would win over the pipeline. */
  const withField = (given: object = {}, field: string, value: unknown) => ({
    ...Object.fromEntries(Object.entries(given).filter(([key]) => field !== 'pipelineId' || key !== 'stageId')),
    [field]: value,
  })

  test.each(parameters)('in the query as %s', async (parameter) => {
    for (const one of NAMES) {
      const answer = await alike((caller, id) => ({ query: withField(calls[caller].query, parameter, id) }), one)
      if (route.references?.[parameter]) expectProblem(answer, 422, 'unknown_reference', ['errors'])
    }
  })

  test.each(fields.map((field, number) => ({ field, number })))('in the body as $field', async ({ field, number }) => {
    const given = (wrap: (id: string) => unknown) => (caller: 0 | 1, id: string) => ({
      body: withField(calls[caller].body, field, wrap(id)),
    })
    for (const one of route.references?.[field] ? NAMES : namesFor(number)) {
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
    for (const one of canBeRepeated ? namesFor(0) : []) await expectAlike(inHeaders('Idempotency-Key'), one, true)
    // versions, not names: one that is none is as good as all of them
    await expectAlike(inHeaders('If-Match', 'If-None-Match'), NAMES[0] as [string, string], method !== 'GET')
    const seenByThem = (await theirs.account.get('/v1/labels')).headers.get('x-d1-bookmark') ?? ''
    await expectAlike(inHeaders('X-D1-Bookmark'), [seenByThem, '00-0'], method !== 'GET')
  })

  if (canBeRepeated)
    test('under an Idempotency-Key that they have used for the same', async () => {
      const [other, ...fresh] = [await newCaller(), await newCaller(), await newCaller()] as const
      await make(route, other.key, await validCall(route, other), '', { 'Idempotency-Key': 'used key' })
      const same = [await validCall(route, fresh[0]), await validCall(route, fresh[1])] as const
      const ask = (caller: 0 | 1, key: string) =>
        make(route, fresh[caller].key, same[caller], '', { 'Idempotency-Key': key })
      const answer = await expectAlike(ask, ['used key', 'fresh key'], true)
      expect([answer.status, answer.headers.has('idempotent-replayed')]).toEqual([route.answers, false])
    })
})

/** A list's second page, by its token, of an account that has something in every list. */
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
    await vi.waitFor(async () => expect(await rowsOf(gone.account.id)).toEqual({}), 10_000)
  }, 60_000)

  test.each(lists)('of $path are as those of an account that is gone', async ({ name, path }) => {
    const route = ALL.find((r) => r.name === name) as NamedRoute
    const caller = await newCaller()
    const { path: own } = await validCall(route, caller)
    await expectAlike(
      (_, pageToken) => caller.get(`${own}?limit=1000&pageToken=${pageToken}`),
      tokens.get(path) as [string, string],
      false,
    )
  })
})

test('in the rows of an import, in every column', async () => {
  const cellsOf = (field: string, value: string) =>
    FIELDS.map((column) =>
      column === field ? value : column === 'firstName' ? 'Pat' : column === 'lastName' ? 'Doe' : '',
    )
  const fileOf = (side: 0 | 1) =>
    [FIELDS, ...FIELDS.flatMap((field) => NAMES.map((name) => cellsOf(field, name[side])))].join('\n')
  const callers = [await newAccount(), await newAccount()] as const
  const ids = [await imported(callers[0], fileOf(0)), await imported(callers[1], fileOf(1))].map(({ id }) => id)
  for (const [, name] of NAMES.entries()) sent.add(name[0])
  for (const path of [`/v1/imports/ID`, '/v1/imports/ID/errors?limit=1000', '/v1/prospects/export', '/v1/events'])
    await expectAlike(
      (caller) => callers[caller].get(path.replace('ID', ids[caller] as string)),
      ['their file', 'nobody’s file'],
      true,
    )
})
