import { afterAll, expect, test } from 'vitest'
import { call, cleanUp, migratedFolder, OPERATOR, type Service, startBuilt, until } from './service'

afterAll(cleanUp)

/** Kills every process repeatedly while one file is imported. `npm run test:chaos` is the long form. */
const KILLS = Number(process.env.CHAOS_KILLS ?? 2)
const ROWS = KILLS * 3000

const VARS = { RATE_LIMITS: 'off' }

/** Rows about fewer people than rows: some people have two rows, some share a phone, and some rows are rejected. */
const FILE = `name,email,phone,labels,source,city\n${Array.from({ length: ROWS }, (_, n) =>
  n % 101 === 0
    ? `Cher,,,,,\n`
    : `Pat Doe ${n},p${n % (ROWS * 0.7)}@example.com,(212) 555-${String(n % 100).padStart(4, '0')},"L${n % 7}, All",S${n % 5},C${n}\n`,
).join('')}`

const authorization = (key: string) => ({ authorization: `Bearer ${key}` })

test(`an import during which every process is killed ${KILLS} times ends as an undisturbed one, event for event`, async () => {
  const folder = migratedFolder()
  let service: Service = await startBuilt(folder, VARS)
  const newKey = async () =>
    (await call(service.origin, OPERATOR, 'POST', '/admin/accounts', { name: 'Chaos' })).json.apiKey.key as string
  const send = async (key: string) => {
    const headers = { ...authorization(key), 'content-type': 'text/csv' }
    const response = await fetch(`${service.origin}/v1/imports?update=true`, { method: 'POST', headers, body: FILE })
    expect(response.status).toBe(202)
    return ((await response.json()) as any).id as string
  }
  /** Triggers the schedule until the import continues: the killed process has leased it for ten seconds. */
  const enqueue = async () => {
    for (let i = 0; i < 12; i++) {
      await service.tick().catch(() => {}) // it is killed meanwhile
      await new Promise((done) => setTimeout(done, 1000))
    }
  }
  const stateOf = async (key: string, id: string) => (await call(service.origin, key, 'GET', `/v1/imports/${id}`)).json

  /** Everything that the API shows of an import. Ids are replaced by what they name, and times are left out. */
  const contentOf = async (key: string, id: string) => {
    const read = async (path: string, list: string) => {
      const all: any[] = []
      for (let token: string | null = ''; token !== null; ) {
        const at = `${path}limit=1000${token && `&pageToken=${token}`}`
        const { json }: any = await call(service.origin, key, 'GET', at)
        all.push(...json[list])
        token = json.nextPageToken
      }
      return all
    }
    const prospects = await read('/v1/prospects?sort=createdAt&', 'prospects')
    const names = new Map(prospects.map((p) => [p.id, `prospect ${p.email}`]))
    for (const kind of ['sources', 'stages', 'pipelines'])
      for (const { id, name } of await read(`/v1/${kind}?`, 'items')) names.set(id, `${kind} ${name}`)
    const { bytesDone, read: rows, created, updated, unchanged, failed } = await stateOf(key, id)
    const whole = {
      prospects,
      events: await read('/v1/events?', 'items'),
      errors: await read(`/v1/imports/${id}/errors?`, 'items'),
    }
    const text = JSON.stringify(whole).replaceAll(/(prs|src|stg|pipe)_\w+/g, (known) => names.get(known) ?? known)
    const plain = JSON.parse(text, (name, value) =>
      ['id', 'accountId', 'keyId', 'timestamp', 'createdAt', 'updatedAt'].includes(name) && !/^prospect /.test(value)
        ? undefined
        : value,
    )
    return { ...plain, counts: { bytesDone, rows, created, updated, unchanged, failed } }
  }

  const calm = await newKey()
  const calmId = await send(calm)
  await until('the undisturbed import', async () => (await stateOf(calm, calmId)).status === 'completed')
  const undisturbed = await contentOf(calm, calmId)

  const key = await newKey()
  const id = await send(key)
  let bytesDone = 0
  const deaths: number[] = []
  while (deaths.length < KILLS) {
    if (deaths.length > 0) void enqueue()
    const state = await until('the import to continue', async () => {
      const now = await stateOf(key, id)
      return (now.bytesDone > bytesDone || now.status === 'completed') && now
    })
    expect(state.status, 'the import ended before all kills').toBe('running')
    await new Promise((done) => setTimeout(done, Math.random() * 100))
    await service.kill()
    service = await startBuilt(folder, VARS)
    bytesDone = (await stateOf(key, id)).bytesDone
    deaths.push(bytesDone)
  }
  await until('the import to end', async () => {
    await service.tick()
    return (await stateOf(key, id)).status === 'completed'
  })
  const disturbed = await contentOf(key, id)
  console.log(`${KILLS} kills at bytes ${deaths.join(', ')} of ${FILE.length}: ${JSON.stringify(disturbed.counts)}`)
  expect(disturbed.counts).toEqual(undisturbed.counts)
  expect(disturbed.events).toEqual(undisturbed.events)
  expect(disturbed).toEqual(undisturbed)
}, 1_800_000)
