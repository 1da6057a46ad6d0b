import { Webhook } from 'standardwebhooks'
import { afterAll, describe, expect, test } from 'vitest'
import {
  call,
  cleanUp,
  isAlive,
  newFolder,
  openReceiver,
  type Service,
  signal,
  spawnService,
  startService,
  until,
} from './service'

afterAll(cleanUp)

const OPERATOR = 'operator-of-the-tests'
const FLAGS = ['--no-seed', '--var', `ADMIN_TOKEN:${OPERATOR}`, '--var=ALLOW_LOCAL_WEBHOOKS:true']

const noneOf = (pids: number[]) =>
  until(
    'every process to end',
    () => !pids.some(isAlive),
    () => pids.filter(isAlive).join(),
  )

describe('on one state folder', () => {
  const folder = newFolder()
  let service: Service
  let key: string
  let prospectId: string
  let receiver: Awaited<ReturnType<typeof openReceiver>>
  let secret: string

  const api = (method: string, path: string, body?: unknown) => call(service.origin, key, method, path, body)
  const arrival = (id: string) =>
    until(
      `the webhook of ${id}`,
      () => receiver.received.find(({ json }) => json.data.prospect.id === id),
      () => service.output(),
    )

  test('starts with the flags given, migrated, and without a demo account', async () => {
    service = await startService(folder, FLAGS)
    const health = await fetch(`${service.origin}/health`)
    expect([health.status, await health.json()]).toEqual([200, { status: 'ok' }])
    expect((await call(service.origin, 'another', 'GET', '/admin/accounts')).status).toBe(401)
    const { status, json } = await call(service.origin, OPERATOR, 'GET', '/admin/accounts')
    expect([status, json.items]).toEqual([200, []])
  })

  test('takes a prospect, finds it by any of its labels, and sends its signed webhook', async () => {
    const account = await call(service.origin, OPERATOR, 'POST', '/admin/accounts', { name: 'Acme' })
    key = account.json.apiKey.key
    receiver = await openReceiver()
    const webhook = await api('POST', '/v1/webhooks', { url: receiver.url })
    expect(webhook.status).toBe(201)
    secret = webhook.json.secret

    const person = { firstName: 'José', lastName: 'Nerúda', email: 'jose@example.com', labels: 'Hot, Inbound' }
    const muted = await api('POST', '/v1/prospects', { ...person, email: 'muted@example.com', muteWebhook: true })
    const created = await api('POST', '/v1/prospects', person)
    expect([muted.status, created.status]).toEqual([201, 201])
    prospectId = created.json.id
    for (const query of ['label=inbound&label=Nobody', 'label=Nobody,HOT']) {
      const { json } = await api('GET', `/v1/prospects?${query}&limit=10`)
      expect(json.prospects.map(({ id }: { id: string }) => id)).toEqual([prospectId, muted.json.id])
    }

    const { headers, body } = await arrival(prospectId)
    const envelope = new Webhook(secret).verify(body, headers as Record<string, string>)
    expect(envelope).toMatchObject({ type: 'prospect.created', data: { prospect: { email: 'jose@example.com' } } })
    expect(receiver.received.map(({ json }) => json.data.prospect.id)).not.toContain(muted.json.id)
  })

  test('survives the death of all its processes: the data is there, and secrets made before still sign', async () => {
    const processes = service.processes()
    for (const pid of processes) signal(pid, 'SIGKILL')
    await noneOf(processes)
    service = await startService(folder, FLAGS)
    const { status, json } = await api('GET', `/v1/prospects/${prospectId}`)
    expect([status, json.firstName]).toEqual([200, 'José'])
    const { json: next } = await api('POST', '/v1/prospects', { firstName: 'After', lastName: 'Restart' })
    const { headers, body } = await arrival(next.id)
    expect(() => new Webhook(secret).verify(body, headers as Record<string, string>)).not.toThrow()
  })

  test('cannot be started twice: the second says why and ends, the first goes on', async () => {
    const second = await spawnService(folder, FLAGS, service.port)
    const processes = new Set<number>()
    await until('npm run dev to end', () => {
      for (const pid of second.processes()) processes.add(pid)
      return second.hasEnded()
    })
    expect(await second.exit).toBe(1)
    expect(second.output()).toContain('Address already in use')
    await noneOf([...processes])
    expect((await api('GET', '/v1/me')).status).toBe(200)
  })

  test('ends quietly on SIGTERM, and leaves no process behind', async () => {
    const processes = service.processes()
    expect(processes.length).toBeGreaterThan(3)
    signal(service.pid, 'SIGTERM')
    expect(await service.exit).toBe(0)
    await noneOf(processes)
    expect(service.output()).not.toMatch(/npm error|did not run/)
  })
})

describe('with a demo account', () => {
  const folder = newFolder()
  let firstKey: string

  /** What is printed at the end of a start. */
  async function printed(service: Service) {
    const [, url = '', key = ''] = await until(
      'the curl line',
      () => /curl -s '(\S+)' -H 'Authorization: Bearer (\S+)'/.exec(service.output()),
      service.output,
    )
    const [, operator = ''] = /Operator token for \/admin: (\S+)/.exec(service.output()) ?? []
    return { url, key, operator }
  }

  test('prints a curl line that finds some of 200 prospects, and outlives no npm that is killed', async () => {
    const service = await startService(folder)
    const { url, key, operator } = await printed(service)
    firstKey = key
    const asked = await call('', key, 'GET', url)
    expect(asked.json.prospects).toHaveLength(5)
    for (const { labels } of asked.json.prospects) expect(labels).toContain('Hot')

    const { json } = await call(service.origin, key, 'GET', '/v1/prospects?limit=1000')
    const all = json.prospects as Record<string, any>[]
    const different = (field: string) => new Set(all.flatMap((prospect) => prospect[field])).size
    expect([json.totalCount, different('email'), different('phone')]).toEqual([200, 200, 200])
    for (const { phone } of all) expect(phone).toMatch(/^\+1\d{3}55501\d{2}$/)
    expect(different('currentStage')).toBeGreaterThanOrEqual(8)
    expect(different('labels')).toBeGreaterThanOrEqual(6)
    expect([different('pipelineId'), different('licenseStatus')]).toEqual([2, 3])
    expect((await call(service.origin, operator, 'GET', '/admin/accounts')).json.items).toHaveLength(1)

    const processes = service.processes()
    signal(service.pid, 'SIGKILL')
    await noneOf(processes)
  })

  test('is the same account at the next start, with another key', async () => {
    const service = await startService(folder)
    const { key, operator } = await printed(service)
    expect(key).not.toBe(firstKey)
    expect((await call(service.origin, operator, 'GET', '/admin/accounts')).json.items).toHaveLength(1)
    const { json } = await call(service.origin, key, 'GET', '/v1/prospects')
    expect(json.totalCount).toBe(200)
  })
})
