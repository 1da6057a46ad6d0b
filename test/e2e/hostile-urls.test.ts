import { readdirSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, expect, test } from 'vitest'
import { HOSTILE_HOSTS, HOSTILE_URLS } from '../support/hostile-urls'
import { call, cleanUp, listen, migratedFolder, OPERATOR, startBuilt, until } from './service'

afterAll(cleanUp)

const VARS = { RATE_LIMITS: 'off' }

/** Opens the database in a state folder. */
function databaseIn(folder: string): DatabaseSync {
  const d1 = join(folder, 'v3/d1/miniflare-D1DatabaseObject')
  const file = readdirSync(d1).find((name) => name.endsWith('.sqlite') && name !== 'metadata.sqlite')
  return new DatabaseSync(join(d1, file as string))
}

test('no hostile URL is registered, and none that is in the database in spite of that is connected to', async () => {
  let connections = 0
  const canary = createServer((socket: Socket) => {
    connections++
    socket.destroy()
  })
  const port = await listen(canary)
  const urls = [
    ...HOSTILE_HOSTS.flatMap((host) => [`http://${host}:${port}/`, `https://${host}:${port}/`]),
    ...HOSTILE_URLS.map((url) => url.replace(/127\.0\.0\.1(?!:)/, `127.0.0.1:${port}`)),
  ]
  expect(new Set(urls).size).toBeGreaterThan(300)

  const folder = migratedFolder()
  let service = await startBuilt(folder, VARS)
  const api = (key: string, method: string, path: string, body?: unknown) =>
    call(service.origin, key, method, path, body)
  /** The API key of each webhook's account. An account can have 50 webhooks. */
  const keys = new Map<string, string>()
  let key = ''
  for (const [i, url] of urls.entries()) {
    if (i % 50 === 0) key = (await api(OPERATOR, 'POST', '/admin/accounts', { name: 'Canary' })).json.apiKey.key
    const { status, json } = await api(key, 'POST', '/v1/webhooks', { url })
    expect([url, status, json.errors?.[0].pointer]).toEqual([url, 400, '/url'])
    const valid = { url: 'https://hooks.example.com/', eventTypes: ['prospect.created'] }
    keys.set((await api(key, 'POST', '/v1/webhooks', valid)).json.id, key)
  }

  await service.kill()
  const database = databaseIn(folder)
  const spoil = database.prepare('UPDATE webhooks SET url = ? WHERE id = ?')
  for (const [i, id] of [...keys.keys()].entries()) spoil.run(urls[i] ?? '', id)
  database.close()
  service = await startBuilt(folder, VARS)
  for (const key of new Set(keys.values()))
    await api(key, 'POST', '/v1/prospects', { firstName: 'Ann', lastName: 'Lee' })

  const tried = new Map<string, string>()
  await until(
    'every delivery to be rejected',
    async () => {
      for (const [id, key] of keys) {
        if (tried.has(id)) continue
        const [delivery] = (await api(key, 'GET', `/v1/webhooks/${id}/deliveries`)).json.items
        if (delivery?.attemptCount > 0) tried.set(id, delivery.lastError)
      }
      return tried.size === urls.length
    },
    service.output,
  )
  for (const error of tried.values()) expect(error).toMatch(/^(A webhook URL|This is not a URL)/)
  expect(connections).toBe(0)
})
