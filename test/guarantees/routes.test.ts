import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { app } from '../../src/app'
import { SCOPES } from '../../src/http/factory'
import { mountedRoutes } from '../../src/openapi/mounted'
import { type Account, type ApiResponse, newAccount, send } from '../support/api'
import { errorsOf, expectProblem } from '../support/problem'
import { ROUTES } from '../support/routes'
import {
  ALL,
  type Call,
  credential,
  make,
  type NamedRoute,
  routesWith,
  takesBody,
  validCall,
} from '../support/valid-calls'

const mounted = mountedRoutes(app).map(({ method, path }) => `${method} ${path}`)
const GUARDED = routesWith(({ needs }) => needs !== 'nobody')

/** Checks that a response is a problem with this status and code, and has the headers of every response. */
function expectRejected(answer: ApiResponse, status: number, code: string, further: string[] = []) {
  expectProblem(answer, status, code, further)
  expect(answer.headers.get('cache-control')).toBe('private, no-store')
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
}

/** An account, and a valid call of a route. All tests of the route share them: rejected calls change nothing. */
function prepare(route: NamedRoute): Promise<Prepared> {
  const prepared = preparedFor.get(route.name) ?? prepareOnce(route)
  preparedFor.set(route.name, prepared)
  return prepared
}
interface Prepared {
  account: Account
  key: string
  call: Call
}
const preparedFor = new Map<string, Promise<Prepared>>()

async function prepareOnce(route: NamedRoute): Promise<Prepared> {
  const account = await newAccount()
  return { account, key: credential(route, account), call: await validCall(route, account) }
}

/** Calls a route with a key of each scope up to the one it needs. Returns the response to the key with that scope. */
async function callWithScopes(route: NamedRoute): Promise<ApiResponse> {
  const { account, key, call } = await prepare(route)
  const needed = SCOPES.indexOf(route.needs as (typeof SCOPES)[number])
  for (const scope of SCOPES.slice(0, Math.max(needed, 0))) {
    const { key } = (await account.post('/v1/api-keys', { name: scope, scopes: [scope] })).json
    const answer = await make(route, key, call)
    expectRejected(answer, 403, 'insufficient_scope')
    expect(answer.headers.get('www-authenticate')).toContain(`scope="${route.needs}"`)
  }
  if (needed < 0) return make(route, key, call)
  const right = await account.post('/v1/api-keys', { name: 'Right', scopes: [route.needs] })
  return make(route, right.json.key, call)
}

test('the table has every mounted route and no other', () => {
  expect(mounted.sort()).toEqual([...ROUTES.keys()].sort())
})

describe.each(ALL)('$name', (route) => {
  test('a valid call succeeds with the scope that it needs, and with no lower one', async () => {
    const answer = await callWithScopes(route)
    expect([answer.status, answer.text]).toEqual([route.answers, expect.any(String)])
    const caching = route.name === 'GET /openapi.json' ? 'public, max-age=0, must-revalidate' : 'private, no-store'
    expect(answer.headers.get('cache-control')).toBe(caching)
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    if (answer.text) expect(answer.headers.get('content-type')).toBe(route.type ?? 'application/json')
  })

  test('an unknown query parameter is rejected by name', async () => {
    const { key, call } = await prepare(route)
    const answer = await make(route, key, call, 'lmit=5')
    expectRejected(answer, 400, 'invalid_input', ['errors'])
    expect(errorsOf(answer)).toEqual(['query /lmit unknown_parameter'])
  })

  test('another method gets a 405 with the methods that exist', async () => {
    const path = route.template.replace(':id', 'x')
    const allowed = [
      ...new Set(
        mounted.flatMap((name) => {
          const [method = '', template = ''] = name.split(' ')
          // a path such as `export` does not take the methods of the path with an id
          return template !== route.template ? [] : method === 'GET' ? ['GET', 'HEAD'] : [method]
        }),
      ),
    ]
    const { key } = await prepare(route)
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].filter((m) => !allowed.includes(m))) {
      const answer = await send(method, path, { key })
      expectRejected(answer, 405, 'method_not_allowed')
      expect(answer.headers.get('allow')?.split(', ').sort()).toEqual(allowed.sort())
    }
  })
})

/** Runs a check. If it fails, the error names the case. */
async function inCase(name: string, check: () => Promise<void>) {
  try {
    await check()
  } catch (error) {
    throw new Error(`${name}: ${(error as Error).message}`, { cause: error })
  }
}

test.each(GUARDED)('$name checks the key before the input, and rejects a call without a valid key', async (route) => {
  const { account, call } = await prepare(route)
  const invalid = { ...call, body: takesBody(route) ? { nope: 1 } : undefined }
  for (const [name, input, query] of [
    ['no key', call, ''],
    ['no key and invalid input', invalid, 'lmit=5'],
  ] as const)
    await inCase(name, async () => {
      const answer = await make(route, undefined, input, query)
      expectRejected(answer, 401, 'missing_credential')
      expect(answer.headers.get('www-authenticate')).toBe('Bearer')
    })
  const elsewhere = route.needs === 'operator' ? account.key : env.ADMIN_TOKEN
  for (const key of ['bad', `${account.key}x`, elsewhere])
    await inCase(`the key ${key}`, async () => {
      const answer = await make(route, key, call)
      expectRejected(answer, 401, 'invalid_credential')
      expect(answer.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"')
    })
})

const parametersOf = (route: NamedRoute) => [
  ...Object.keys(route.query ?? {}),
  ...(takesBody(route) ? [] : Object.keys(route.references ?? {})),
]

test.each(ALL.filter((route) => parametersOf(route).length > 0))(
  '$name rejects a parameter that is empty or given twice',
  async (route) => {
    const { key, call } = await prepare(route)
    for (const parameter of parametersOf(route))
      for (const given of ['', ...(/label$/i.test(parameter) ? [] : [`x&${parameter}=y`])])
        await inCase(`${parameter}=${given}`, async () => {
          const { [parameter]: _, ...query } = call.query
          const answer = await make(route, key, { ...call, query }, `${parameter}=${given}`)
          expectRejected(answer, 400, 'invalid_input', ['errors'])
          const named = new Set(answer.json.errors.map((e: { in: string; pointer: string }) => e.in + e.pointer))
          expect([...named]).toEqual([`query/${parameter}`])
        })
  },
)

test.each(routesWith((route) => route.body ?? route.references ?? route.bytes).filter((r) => takesBody(r) || r.bytes))(
  '$name returns 415 if its body is encoded',
  async (route) => {
    const { key, call } = await prepare(route)
    const answer = await make(route, key, call, '', { 'content-encoding': 'gzip' })
    expectRejected(answer, 415, 'unsupported_media_type')
  },
)

describe.each(ALL.filter(takesBody))('the body of $name', (route) => {
  const sendChanged = async (change: (body: object) => unknown, headers: Record<string, string> = {}) => {
    const { key, call } = await prepare(route)
    return send(route.method, call.path, { key, body: change(call.body ?? {}), headers })
  }

  test('is rejected if it has an unknown field, or a field of a wrong type', async () => {
    const answer = await sendChanged((body) => ({ ...body, nmae: 'x' }))
    expectRejected(answer, 400, 'invalid_input', ['errors'])
    expect(errorsOf(answer)).toEqual(['body /nmae unknown_field'])

    for (const field of [...Object.keys(route.body ?? {}), ...Object.keys(route.references ?? {})])
      for (const wrong of [
        field === 'resume' ? 1 : { nested: true },
        field.endsWith('s') || field === 'position' ? true : [1],
      ])
        await inCase(`${field} ${JSON.stringify(wrong)}`, async () => {
          const answer = await sendChanged((body) => ({ ...body, [field]: wrong }))
          expectRejected(answer, 400, 'invalid_input', ['errors'])
          const [error, ...others] = answer.json.errors
          expect([error, others]).toMatchObject([{ in: 'body', pointer: expect.stringContaining(`/${field}`) }, []])
        })
  })

  test('is rejected if it is not a JSON object', async () => {
    const json = { 'content-type': 'application/json' }
    for (const text of ['[]', '"text"', 'null', '1'])
      await inCase(text, async () => {
        const answer = await sendChanged(() => text, json)
        expectRejected(answer, 400, 'invalid_input', ['errors'])
        expect(errorsOf(answer)).toEqual(['body  wrong_type'])
      })
    expectRejected(await sendChanged(() => '{"a":', json), 400, 'malformed_json')
    const answer = await sendChanged((body) => JSON.stringify(body), { 'content-type': 'text/plain' })
    expectRejected(answer, 415, 'unsupported_media_type')
  })
})
