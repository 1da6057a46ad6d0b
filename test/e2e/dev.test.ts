import { Webhook } from 'standardwebhooks'
import { afterAll, describe, expect, test } from 'vitest'
import { isAlive, signal } from './processes'
import {
  builtFlags,
  call,
  cleanUp,
  newFolder,
  OPERATOR,
  openReceiver,
  type Service,
  spawnService,
  startService,
  until,
} from './service'

afterAll(cleanUp)

const LOCAL_WEBHOOKS = '--var=ALLOW_LOCAL_WEBHOOKS:true'

const noneOf = (pids: number[]) =>
  until(
    'every process to end',
    () => !pids.some(isAlive),
    () => pids.filter(isAlive).join(),
  )

/** Reads what a start prints at its end. */
async function printed(service: Service) {
  const [, url = '', key = ''] = await until(
    'the curl line',
    () => /curl -s '(\S+)' -H 'Authorization: Bearer (\S+)'/.exec(service.output()),
    service.output,
  )
  const [, operator = ''] = /Operator token for \/admin: (\S+)/.exec(service.output()) ?? []
  return { url, key, operator }
}

describe('npm run dev, started three times on one state folder', () => {
  const folder = newFolder()
  let service: Service
  let key: string
  let prospectId: string
  let receiver: Awaited<ReturnType<typeof openReceiver>>
  let secret: string
  let demoKey: string

  const api = (method: string, path: string, body?: unknown) => call(service.origin, key, method, path, body)
  const arrival = (id: string) =>
    until(
      `the webhook of ${id}`,
      () => receiver.received.find(({ json }) => json.data.prospect.id === id),
      () => service.output(),
    )
  const accountsOf = async (operator: string) =>
    (await call(service.origin, operator, 'GET', '/admin/accounts')).json.items.length

  test('starts with the given flags, migrated, and without a demo account', async () => {
    service = await startService(folder, ['--no-seed', '--var', `ADMIN_TOKEN:${OPERATOR}`, LOCAL_WEBHOOKS])
    const health = await fetch(`${service.origin}/health`)
    expect([health.status, await health.json()]).toEqual([200, { status: 'ok' }])
    expect((await call(service.origin, 'another', 'GET', '/admin/accounts')).status).toBe(401)
    expect(await accountsOf(OPERATOR)).toBe(0)
  })

  test('creates a prospect, finds it by any of its labels, and sends its signed webhook', async () => {
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

  test('has its data after all its processes were killed, and signs with the secrets from before', async () => {
    const processes = service.processes()
    for (const pid of processes) signal(pid, 'SIGKILL')
    await noneOf(processes)
    service = await startService(folder, [LOCAL_WEBHOOKS, ...builtFlags()])
    const { status, json } = await api('GET', `/v1/prospects/${prospectId}`)
    expect([status, json.firstName]).toEqual([200, 'José'])
    const { json: next } = await api('POST', '/v1/prospects', { firstName: 'After', lastName: 'Restart' })
    const { headers, body } = await arrival(next.id)
    expect(() => new Webhook(secret).verify(body, headers as Record<string, string>)).not.toThrow()
  })

  test('prints a curl line that finds some of the 200 prospects of a demo account', async () => {
    const { url, operator, ...demo } = await printed(service)
    demoKey = demo.key
    const found = await call('', demoKey, 'GET', url)
    expect(found.json.prospects).toHaveLength(5)
    for (const { labels } of found.json.prospects) expect(labels).toContain('Hot')

    const { json } = await call(service.origin, demoKey, 'GET', '/v1/prospects?limit=1000')
    const all = json.prospects as Record<string, any>[]
    const different = (field: string) => new Set(all.flatMap((prospect) => prospect[field])).size
    expect([json.totalCount, different('email'), different('phone')]).toEqual([200, 200, 200])
    for (const { phone } of all) expect(phone).toMatch(/^\+1\d{3}55501\d{2}$/)
    expect(different('currentStage')).toBeGreaterThanOrEqual(8)
    expect(different('labels')).toBeGreaterThanOrEqual(6)
    expect([different('pipelineId'), different('licenseStatus')]).toEqual([2, 3])
    expect(await accountsOf(operator)).toBe(2)
  })

  test('cannot be started twice: the second start reports why and ends, the first continues', async () => {
    const second = await spawnService(folder, [LOCAL_WEBHOOKS, ...builtFlags()], service.port)
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

  test('leaves no process behind when npm is killed', async () => {
    const processes = service.processes()
    expect(processes.length).toBeGreaterThan(3)
    signal(service.pid, 'SIGKILL')
    await noneOf(processes)
  })

  test('keeps the demo account for the next start, with another key', async () => {
    service = await startService(folder, [LOCAL_WEBHOOKS, ...builtFlags()])
    const demo = await printed(service)
    expect(demo.key).not.toBe(demoKey)
    expect(await accountsOf(demo.operator)).toBe(2)
    expect((await call(service.origin, demo.key, 'GET', '/v1/prospects')).json.totalCount).toBe(200)
  })

  test('ends without an error on SIGTERM, and leaves no process behind', async () => {
    const processes = service.processes()
    signal(service.pid, 'SIGTERM')
    expect(await service.exit).toBe(0)
    await noneOf(processes)
    expect(service.output()).not.toMatch(/npm error|did not run/)
  })
})
