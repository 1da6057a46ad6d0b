import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { call, cleanUp, newFolder, startService, until } from './service'

afterAll(cleanUp)

const OPERATOR = 'operator-of-the-feed'
const ROOT = join(import.meta.dirname, '../..')

/** The configuration that the README tells for a feed: ours, and one more producer. */
function configWithFeed(): string {
  const file = join(newFolder(), 'wrangler.toml')
  const ours = readFileSync(join(ROOT, 'wrangler.toml'), 'utf8')
    .replace('"src/index.ts"', JSON.stringify(join(ROOT, 'src/index.ts')))
    .replace('"drizzle"', JSON.stringify(join(ROOT, 'drizzle')))
    .replace('"dist/assets"', JSON.stringify(join(ROOT, 'dist/assets')))
    .replace('node scripts/assets.mjs', `node ${join(ROOT, 'scripts/assets.mjs')}`)
  const [, producer] = /```toml\n([^`]*EVENTS_FEED[^`]*)```/.exec(readFileSync(join(ROOT, 'README.md'), 'utf8')) ?? []
  writeFileSync(file, `${ours}\n${producer}`)
  return file
}

test('another Worker gets every event that is not muted, as a queue consumer', async () => {
  const service = await startService(newFolder(), [
    '--no-seed',
    `--var=ADMIN_TOKEN:${OPERATOR}`,
    `--config=${configWithFeed()}`,
    '--config=examples/events-feed/wrangler.toml',
  ])
  const account = (await call(service.origin, OPERATOR, 'POST', '/admin/accounts', { name: 'Feed' })).json
  const api = (method: string, path: string, body?: unknown) =>
    call(service.origin, account.apiKey.key, method, path, body)
  const person = { firstName: 'Ann', lastName: 'Lee', email: 'ann@example.com' }
  const { id } = (await api('POST', '/v1/prospects', person)).json
  await api('POST', '/v1/prospects', { ...person, title: 'Muted', update: true, muteWebhook: true })
  await api('POST', '/v1/prospects', { ...person, title: 'Agent', update: true })
  const { items } = (await api('GET', '/v1/events')).json
  expect(items.map(({ type }: { type: string }) => type)).toEqual(['prospect.created', 'prospect.updated'])
  const line = (event: { type: string; id: string }) => `${event.type} ${event.id} of ${account.id} is about ${id}`
  await until(
    'both events',
    () => items.every((event: { type: string; id: string }) => service.output().includes(line(event))),
    service.output,
  )
  expect(service.output().match(/prospect\.\w+ evt_\w+ of/g)).toHaveLength(2)
})
