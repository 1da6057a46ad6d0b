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
const SCOPED = routesWith(({ needs }) => needs !== 'nobody' && needs !== 'operator')

/** A problem as every other: also in its headers. */
function expectRefusal(answer: ApiResponse, status: number, code: string, further: string[] = []) {
  expectProblem(answer, status, code, further)
  expect(answer.headers.get('cache-control')).toBe('private, no-store')
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
}

/** An account of a route, and a right call of it. */
async function prepare(route: NamedRoute) {
  const account = await newAccount()
  return { account, key: credential(route, account), call: await validCall(route, account) }
}

/** The same for calls that are rejected: they change nothing, so that all tests of a route share one. */
function prepareRejected(route: NamedRoute): ReturnType<typeof prepare> {
  const prepared = toBeRejected.get(route.name) ?? prepare(route)
  toBeRejected.set(route.name, prepared)
  return prepared
}
const toBeRejected = new Map<string, Promise<{ account: Account; key: string; call: Call }>>()

test('every route that is mounted is in the table, and no other', () => {
  expect(mounted.sort()).toEqual([...ROUTES.keys()].sort())
})

describe.each(ALL)('$name', (route) => {
  test('a right call is answered', async () => {
    const { key, call } = await prepare(route)
    const answer = await make(route, key, call)
    expect([answer.status, answer.text]).toEqual([route.answers, expect.any(String)])
    const caching = route.name === 'GET /openapi.json' ? 'public, max-age=0, must-revalidate' : 'private, no-store'
    expect(answer.headers.get('cache-control')).toBe(caching)
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    if (answer.text) expect(answer.headers.get('content-type')).toBe(route.type ?? 'application/json')
  })

  test('an unknown query parameter is named', async () => {
    const { key, call } = await prepareRejected(route)
    const answer = await make(route, key, call, 'lmit=5')
    expectRefusal(answer, 400, 'invalid_input', ['errors'])
    expect(errorsOf(answer)).toEqual(['query /lmit unknown_parameter'])
  })

  test('a method that it does not have is a 405 with those that it has', async () => {
    const path = route.template.replace(':id', 'x')
    const allowed = [
      ...new Set(
        mounted.flatMap((name) => {
          const [method = '', template = ''] = name.split(' ')
          // a static path takes nothing of the parameter path beside it
          return template !== route.template ? [] : method === 'GET' ? ['GET', 'HEAD'] : [method]
        }),
      ),
    ]
    const { key } = await prepareRejected(route)
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].filter((m) => !allowed.includes(m))) {
      const answer = await send(method, path, { key })
      expectRefusal(answer, 405, 'method_not_allowed')
      expect(answer.headers.get('allow')?.split(', ').sort()).toEqual(allowed.sort())
    }
  })
})

describe.each(GUARDED)('$name without a right to it', (route) => {
  test('no key is a 401 that says what to send', async () => {
    const { call } = await prepareRejected(route)
    const answer = await make(route, undefined, call)
    expectRefusal(answer, 401, 'missing_credential')
    expect(answer.headers.get('www-authenticate')).toBe('Bearer')
  })

  test('a bad key is a 401, as is one that is good elsewhere', async () => {
    const { account, call } = await prepareRejected(route)
    for (const key of ['bad', `${account.key}x`, route.needs === 'operator' ? account.key : env.ADMIN_TOKEN]) {
      const answer = await make(route, key, call)
      expectRefusal(answer, 401, 'invalid_credential')
      expect(answer.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"')
    }
  })

  test('who calls is asked before what they want', async () => {
    const { call } = await prepareRejected(route)
    expectRefusal(
      await make(route, undefined, { ...call, body: takesBody(route) ? { nope: 1 } : undefined }, 'lmit=5'),
      401,
      'missing_credential',
    )
  })
})

describe.each(SCOPED)('$name', (route) => {
  const needed = SCOPES.indexOf(route.needs as (typeof SCOPES)[number])

  test(`it takes the scope ${route.needs}`, async () => {
    const account = await newAccount()
    const call = await validCall(route, account)
    for (const [rank, scope] of SCOPES.entries()) {
      if (rank > needed) continue
      const { key } = (await account.post('/v1/api-keys', { name: scope, scopes: [scope] })).json
      const answer = await make(route, key, call)
      if (rank === needed) expect(answer.status).toBe(route.answers)
      else {
        expectRefusal(answer, 403, 'insufficient_scope')
        expect(answer.headers.get('www-authenticate')).toContain(`scope="${route.needs}"`)
      }
    }
  })
})

describe.each(
  routesWith((route) => route.body ?? route.references ?? route.bytes).filter((r) => takesBody(r) || r.bytes),
)('the body of $name', (route) => {
  test('returns 415 if it is encoded', async () => {
    const { key, call } = await prepareRejected(route)
    const answer = await make(route, key, call, '', { 'content-encoding': 'gzip' })
    expectRefusal(answer, 415, 'unsupported_media_type')
  })
})

const PARAMETERS = ALL.flatMap((route) =>
  [...Object.keys(route.query ?? {}), ...(takesBody(route) ? [] : Object.keys(route.references ?? {}))].map(
    (parameter) => ({ ...route, parameter }),
  ),
)

test.each(PARAMETERS)('$name refuses $parameter when it is empty or given twice', async (route) => {
  const { key, call: right } = await prepareRejected(route)
  const { [route.parameter]: _, ...query } = right.query
  const call = { ...right, query }
  for (const given of ['', ...(route.parameter === 'label' ? [] : [`x&${route.parameter}=y`])]) {
    const answer = await make(route, key, call, `${route.parameter}=${given}`)
    expectRefusal(answer, 400, 'invalid_input', ['errors'])
    const named = new Set(answer.json.errors.map((e: { in: string; pointer: string }) => e.in + e.pointer))
    expect([...named]).toEqual([`query/${route.parameter}`])
  }
})

describe.each(ALL.filter(takesBody))('the body of $name', (route) => {
  const refused = async (change: (body: object) => unknown, headers: Record<string, string> = {}) => {
    const { key, call } = await prepareRejected(route)
    const { path, body } = call
    return send(route.method, path, { key, body: change(body ?? {}), headers })
  }

  test('an unknown field is named', async () => {
    const answer = await refused((body) => ({ ...body, nmae: 'x' }))
    expectRefusal(answer, 400, 'invalid_input', ['errors'])
    expect(errorsOf(answer)).toEqual(['body /nmae unknown_field'])
  })

  test.each([...Object.keys(route.body ?? {}), ...Object.keys(route.references ?? {})])(
    'a %s of a wrong type is named',
    async (field) => {
      for (const wrong of [
        field === 'resume' ? 1 : { nested: true },
        field.endsWith('s') || field === 'position' ? true : [1],
      ]) {
        const answer = await refused((body) => ({ ...body, [field]: wrong }))
        expectRefusal(answer, 400, 'invalid_input', ['errors'])
        const [error, ...others] = answer.json.errors
        expect([error, others]).toMatchObject([{ in: 'body', pointer: expect.stringContaining(`/${field}`) }, []])
      }
    },
  )

  test.each(['[]', '"text"', 'null', '1'])('%s is no object', async (text) => {
    const answer = await refused(() => text, { 'content-type': 'application/json' })
    expectRefusal(answer, 400, 'invalid_input', ['errors'])
    expect(errorsOf(answer)).toEqual(['body  wrong_type'])
  })

  test('malformed JSON is a 400', async () => {
    expectRefusal(await refused(() => '{"a":', { 'content-type': 'application/json' }), 400, 'malformed_json')
  })

  test('another type is a 415', async () => {
    const answer = await refused((body) => JSON.stringify(body), { 'content-type': 'text/plain' })
    expectRefusal(answer, 415, 'unsupported_media_type')
  })
})
