import { afterAll, expect, test } from 'vitest'
import { call, cleanUp, configWith, newFolder, OPERATOR, startService, until } from './service'

afterAll(cleanUp)

test('another Worker that consumes the queue gets every event that is not muted', async () => {
  const service = await startService(newFolder(), [
    '--no-seed',
    `--var=ADMIN_TOKEN:${OPERATOR}`,
    `--config=${configWith('EVENTS_FEED')}`,
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
