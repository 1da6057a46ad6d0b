import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as tcp } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectDescribedWebhook } from '../support/conformance'
import { call, cleanUp, headersOf, listen, migratedFolder, OPERATOR, type Service, startBuilt, until } from './service'

afterAll(cleanUp)

/**
 * Hostile and broken endpoints with one delivery each, and one healthy endpoint. Each test waits for the result of the
 * first attempt.
 */
const MIB = 1024 * 1024

let service: Service
let key: string
let endpoint: string
/** Connections to the target of the redirects. */
let canaryConnections = 0
const sent = { oneGigabyte: 0, gzipBomb: 0 }
const received: string[] = []
/** The begin and the end of each attempt at an endpoint that never responds. */
const silences: ('begun' | 'ended')[] = []

/** Writes chunks until `most` bytes are written or the other side closes the connection. */
function pour(response: ServerResponse, chunk: Buffer, most: number, count: (bytes: number) => void) {
  let left = most
  const more = () => {
    while (left > 0 && !response.destroyed) {
      left -= chunk.byteLength
      count(chunk.byteLength)
      if (!response.write(chunk)) return void response.once('drain', more)
    }
    response.end()
  }
  more()
}

/** 64 MiB of zeros in 64 KiB. */
const BOMB = gzipSync(Buffer.alloc(64 * MIB))

const RESPONSES: Record<string, (response: ServerResponse, request: IncomingMessage, canary: number) => void> = {
  'one-gigabyte': (response) => {
    response.writeHead(200, { 'content-type': 'text/plain' })
    pour(response, Buffer.alloc(MIB, 'a'), 1024 * MIB, (n) => {
      sent.oneGigabyte += n
    })
  },
  'gzip-bomb': (response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' })
    pour(response, BOMB, 256 * MIB, (n) => {
      sent.gzipBomb += n
    })
  },
  'one-byte-a-second': (response) => {
    response.writeHead(200)
    const drip = setInterval(() => response.write('.'), 1000)
    response.on('close', () => clearInterval(drip))
  },
  redirect: (response, _, canary) =>
    response.writeHead(302, { location: `http://127.0.0.1:${canary}/admin/accounts` }).end('elsewhere'),
  'permanent-redirect': (response, _, canary) =>
    response.writeHead(308, { location: `http://localhost:${canary}/` }).end(),
  'closed-socket': (_, request) => request.socket.destroy(),
  'half-a-response': (response, request) => {
    response.writeHead(200, { 'content-length': '1000' }).write('half')
    setTimeout(() => request.socket.destroy(), 200)
  },
  'not-http': (_, request) => request.socket.end('SSH-2.0-OpenSSH_9.6\r\n'),
  'many-headers': (response) => {
    response.writeHead(200, Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`x-${n}`, 'v'.repeat(50)]))).end()
  },
  silence: (response) => {
    response.on('close', () => silences.push('ended'))
    silences.push('begun')
  },
  well: (response) => response.end('thank you'),
}

beforeAll(async () => {
  const canary = await listen(
    tcp((socket) => {
      canaryConnections++
      socket.destroy()
    }),
  )
  const port = await listen(
    createServer(async (request, response) => {
      response.on('error', () => {})
      const kind = request.url?.slice(1) ?? ''
      const body = (await request.setEncoding('utf8').toArray()).join('')
      expectDescribedWebhook(headersOf(request), body)
      const { id } = JSON.parse(body)
      received.push(`${kind} ${id}`)
      RESPONSES[kind.replace(/\?.*/, '')]?.(response, request, canary)
    }),
  )
  service = await startBuilt(migratedFolder(), { ALLOW_LOCAL_WEBHOOKS: 'true', RATE_LIMITS: 'off' })
  key = await newKey('Hostile')
  endpoint = `http://127.0.0.1:${port}`
  for (const kind of Object.keys(RESPONSES))
    await api('POST', '/v1/webhooks', { url: `${endpoint}/${kind}`, description: kind })
  await api('POST', '/v1/prospects', { firstName: 'Ann', lastName: 'Lee' })
})

const newKey = async (name: string): Promise<string> =>
  (await call(service.origin, OPERATOR, 'POST', '/admin/accounts', { name })).json.apiKey.key

const apiOf = (key: string) => (method: string, path: string, body?: unknown) =>
  call(service.origin, key, method, path, body)
const api = (method: string, path: string, body?: unknown) => apiOf(key)(method, path, body)

/** Waits for an attempt at this endpoint. Resolves to its delivery, with the attempts. */
async function firstAttempt(kind: string) {
  const { items } = (await api('GET', '/v1/webhooks')).json
  const { id } = items.find(({ description }: { description: string }) => description === kind)
  return until(
    `an attempt at ${kind}`,
    async () => {
      const [delivery] = (await api('GET', `/v1/webhooks/${id}/deliveries`)).json.items
      const log = delivery && (await api('GET', `/v1/deliveries/${delivery.id}`)).json
      return log?.attempts.length > 0 && log
    },
    service.output,
  )
}

test.each<[kind: string, ended: object, attempt: object]>([
  ['well', { status: 'succeeded', lastStatusCode: 200 }, { statusCode: 200, responseBody: 'thank you' }],
  ['one-gigabyte', { status: 'succeeded' }, { statusCode: 200, responseBody: 'a'.repeat(16 * 1024) }],
  ['gzip-bomb', { status: 'succeeded' }, { statusCode: 200, responseBody: '\ufffd'.repeat(16 * 1024) }],
  ['one-byte-a-second', { status: 'succeeded' }, { statusCode: 200, responseBody: expect.stringMatching(/^\.+$/) }],
  ['many-headers', { status: 'succeeded' }, { statusCode: 200 }],
  ['half-a-response', { status: 'succeeded' }, { statusCode: 200, responseBody: 'half' }],
  ['redirect', { status: 'pending' }, { statusCode: 302, responseBody: 'elsewhere' }],
  ['permanent-redirect', { status: 'pending' }, { statusCode: 308 }],
  ['closed-socket', { status: 'pending' }, { statusCode: null, error: 'No connection.' }],
  ['not-http', { status: 'pending' }, { statusCode: null, error: 'No connection.' }],
  ['silence', { status: 'pending' }, { statusCode: null, error: 'No response in 15 s.' }],
])('the first attempt at the endpoint %s ends as expected', async (kind, ended, attempt) => {
  const log = await firstAttempt(kind)
  expect(log.attempts[0]).toMatchObject(attempt)
  expect(log).toMatchObject(ended)
})

test('little of an endless response is read', () => {
  expect(sent.oneGigabyte).toBeLessThan(64 * MIB)
  expect(sent.gzipBomb).toBeLessThan(64 * MIB)
})

test('no redirect was followed', () => expect(canaryConnections).toBe(0))

test('the next event reaches the healthy endpoint', async () => {
  const { json } = await api('POST', '/v1/prospects', { firstName: 'Bob', lastName: 'Lee' })
  const [event] = (await api('GET', `/v1/prospects/${json.id}/events`)).json.items
  await until('the next event', () => received.includes(`well ${event.id}`), service.output)
})

test('fifty new endpoints that hang and change their URLs delay no endpoint of another account', async () => {
  const [bad, good] = [apiOf(await newKey('Bad')), apiOf(await newKey('Good'))]
  const write = (as: typeof api) => as('POST', '/v1/prospects', { firstName: 'Cy', lastName: 'Lee' })
  const arrival = async (path: string, { id }: { id: string }) => {
    const [event] = (await good('GET', `/v1/prospects/${id}/events`)).json.items
    await until(`an event at ${path}`, () => received.includes(`${path} ${event.id}`), service.output)
  }
  await good('POST', '/v1/webhooks', { url: `${endpoint}/well?tried` })
  await arrival('well?tried', (await write(good)).json)
  const ids: string[] = []
  for (let n = 0; n < 50; n++)
    ids.push((await bad('POST', '/v1/webhooks', { url: `${endpoint}/silence?${n}` })).json.id)
  await until('earlier silences to end', () => silences.length % 2 === 0)
  silences.length = 0

  for (let round = 0; round < 3; round++) {
    for (const [n, id] of ids.entries())
      await bad('PATCH', `/v1/webhooks/${id}`, { url: `${endpoint}/silence?${round}-${n}` })
    for (let n = 0; n < 3; n++) await write(bad)
    await until('one to hang', () => silences.length > 0)
    await good('POST', '/v1/webhooks', { url: `${endpoint}/well?${round}` })
    const begun = silences.length
    const { json } = await write(good)
    await Promise.all([arrival('well?tried', json), arrival(`well?${round}`, json)])
    // no delivery has waited for a time-out, and few attempts began meanwhile
    if (round === 0) expect(silences).not.toContain('ended')
    expect(silences.length - begun).toBeLessThanOrEqual(24)
  }
})
