import { createExecutionContext, createMessageBatch } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import worker from '../../src/index'
import type { Prospect } from '../../src/prospects/prospect'
import type { ResumeMessage } from '../../src/queues/messages'
import { type Account, newAccount } from '../support/api'
import { callsTo } from '../support/configured'
import { D1, rows } from '../support/d1'
import { consume, tick } from '../support/endpoint'
import { eventually } from '../support/eventually'
import { asField, objectsOf, upload } from '../support/resume-files'

const CV = `Pat Doe
Austin, TX 78701 | (212) 555-0123 | pat@example.com

EXPERIENCE

Sales Agent, Keller Williams
January 2019 - Present
- Sold homes
`
/** The fields that are extracted from it with certainty. */
const SAID = {
  email: 'pat@example.com',
  phone: '+12125550123',
  title: 'Sales Agent',
  company: 'Keller Williams',
  city: 'Austin',
  state: 'TX',
  postalCode: '78701',
}
const FIELDS = Object.keys(SAID) as (keyof typeof SAID)[]
const RESUMES = 'staging-prospect-resumes'
const MINUTE = 60_000

let account: Account
/** The messages that were sent. The queue does not deliver them. */
let woken: ResumeMessage[]
beforeEach(async () => {
  account = await newAccount()
  woken = []
  vi.spyOn(env.RESUMES_QUEUE, 'sendBatch').mockImplementation(async (batch) => {
    for (const { body } of batch) woken.push(body as ResumeMessage)
    return { metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } } }
  })
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

const bucket: R2Bucket = Object.getPrototypeOf(env.RESUMES)
const read = (prospectId: string) => consume([{ accountId: account.id, prospectId }], RESUMES)
const shown = async (id: string): Promise<Prospect & { message: null }> =>
  (await account.get(`/v1/prospects/${id}`)).json
const filled = (prospect: Prospect) => Object.fromEntries(FIELDS.map((field) => [field, prospect[field]]))
const eventsOf = async (id: string) => (await account.get(`/v1/prospects/${id}/events`)).json.items as any[]
const readings = () =>
  rows<{ tries: number; held_until: number }>(
    'SELECT tries, held_until FROM resume_readings WHERE account_id = ?',
    account.id,
  )
const withResume = async (body: object = {}, cv = CV) => {
  const { json } = await account.prospect({ resume: asField(cv), ...body })
  return json.id
}
/** Makes a prospect whose resume has been read. */
const wasRead = async (body: object = {}, cv = CV) => {
  const id = await withResume(body, cv)
  await read(id)
  return shown(id)
}

describe('reading a resume', () => {
  test('fills blank fields of its prospect, and shows what was extracted and where', async () => {
    const prospect = await wasRead()
    expect(filled(prospect)).toEqual(SAID)
    expect([prospect.version, prospect.resume?.status, prospect.resume?.reason]).toEqual([2, 'parsed', null])
    expect(prospect.resume?.parsed?.emails).toEqual([{ value: SAID.email, page: 1, line: 2, certainty: 'sure' }])
    expect((await account.list(`email=${SAID.email}`)).json.totalCount).toBe(1)
    expect((await account.list('title=sales')).json.totalCount).toBe(1)
    expect(await readings()).toEqual([])
  })

  test('makes an event of its own, besides the event of the change', async () => {
    const user = (await account.post('/v1/users', { name: 'Una' })).json.id
    const { message: _, ...prospect } = await wasRead({ userId: user })
    const [parsed, updated, created] = await eventsOf(prospect.id)
    expect([parsed.type, updated.type, created.type]).toEqual(['resume.parsed', 'prospect.updated', 'prospect.created'])
    const changes = Object.fromEntries(FIELDS.map((field) => [field, { from: null, to: SAID[field] }]))
    expect(updated.data).toEqual({ prospect, changes })
    expect(parsed.data).toEqual({ prospect })
    for (const event of [parsed, updated])
      expect([event.source, event.actor, event.muted]).toEqual([
        'resume',
        { keyId: account.apiKey.id, userId: null },
        false,
      ])
    expect(prospect.updatedByUserId).toBe(user)
  })

  test('is muted if the write that uploaded it was muted', async () => {
    await account.post('/v1/webhooks', { url: 'https://hooks.example.com' })
    const { id } = await wasRead({ muteWebhook: true })
    expect((await eventsOf(id)).map(({ muted }) => muted)).toEqual([true, true, true])
    expect((await account.get('/v1/events')).json.items).toEqual([])
  })

  test('makes an event even if nothing was extracted with certainty', async () => {
    const { id, resume, version } = await wasRead({}, 'Some words about nobody at all, and that is it.')
    expect([resume?.status, version]).toEqual(['parsed', 2])
    expect((await eventsOf(id)).map(({ type }) => type)).toEqual(['resume.parsed', 'prospect.created'])
  })

  test('happens once, however often it is enqueued', async () => {
    const id = await withResume()
    await Promise.all([read(id), read(id), read(id)])
    await read(id)
    expect((await shown(id)).version).toBe(2)
    expect((await eventsOf(id)).filter(({ type }) => type === 'resume.parsed')).toHaveLength(1)
  })
})

describe('a field that the caller gave', () => {
  const GIVEN = {
    email: 'other@example.com',
    phone: '+13055550123',
    title: 'Clerk',
    company: 'Acme',
    city: 'Miami',
    state: 'FL',
    postalCode: '33101',
    licenseStatus: 'not_started',
  } as const

  test('is never overwritten', async () => {
    const prospect = await wasRead(GIVEN)
    expect(prospect).toMatchObject(GIVEN)
    expect((await eventsOf(prospect.id)).map(({ type }) => type)).toEqual(['resume.parsed', 'prospect.created'])
  })

  test.each<[string, Partial<typeof GIVEN> & object, Partial<typeof SAID>]>([
    ['an email', { email: GIVEN.email }, { email: GIVEN.email as string }],
    [
      'another company, where the extracted title does not belong',
      { company: 'Acme' },
      { company: 'Acme', title: undefined as any },
    ],
    ['the same company', { company: 'keller williams' } as any, { company: 'keller williams' }],
    ['another city', { city: 'Miami' }, { city: 'Miami', state: undefined as any, postalCode: undefined as any }],
    [
      'a street',
      { streetAddress: '1 Main St' } as any,
      { city: undefined, state: undefined, postalCode: undefined } as any,
    ],
    ['the same state', { state: 'tx' } as any, { state: 'tx' }],
  ])('such as %s, lets a resume fill only fields that agree with it', async (_, given, expected) => {
    const wanted = Object.fromEntries(FIELDS.map((f) => [f, f in expected ? (expected[f] ?? null) : SAID[f]]))
    expect(filled(await wasRead(given))).toEqual(wanted)
  })

  test('and cleared before the resume was read stays blank', async () => {
    const id = await withResume({ email: GIVEN.email, title: 'Clerk', phone: GIVEN.phone })
    await account.call('PATCH', `/v1/prospects/${id}`, { email: null, title: null })
    await read(id)
    expect(filled(await shown(id))).toEqual({ ...SAID, email: null, phone: GIVEN.phone, title: null, company: null })
    await account.call('PATCH', `/v1/prospects/${id}`, { phone: null, resume: asField(CV, { fileName: 'new.txt' }) })
    await read(id)
    expect(filled(await shown(id))).toEqual({ ...SAID, phone: null })
  })

  test('while the resume was read is not overwritten either', async () => {
    const id = await withResume()
    const get = bucket.get
    vi.spyOn(bucket, 'get').mockImplementation(async function (this: R2Bucket, ...args: any[]) {
      await account.call('PATCH', `/v1/prospects/${id}`, { email: GIVEN.email, title: 'Clerk', company: 'Acme' })
      return (get as any).apply(this, args)
    })
    await read(id)
    expect(filled(await shown(id))).toEqual({ ...SAID, email: GIVEN.email, title: 'Clerk', company: 'Acme' })
  })
})

describe('an email or phone of another prospect', () => {
  test('is not filled in', async () => {
    const other = (await account.prospect({ email: SAID.email, phone: SAID.phone })).json
    const prospect = await wasRead()
    expect(filled(prospect)).toEqual({ ...SAID, email: null, phone: null })
    expect(await shown(other.id)).toEqual({
      ...other,
      created: undefined,
      matchedBy: undefined,
      potentialDuplicateId: undefined,
    })
  })

  test('is not filled in if it is that of a merged duplicate', async () => {
    const [survivor, duplicate] = [
      (await account.prospect()).json.id,
      (await account.prospect({ email: SAID.email, phone: SAID.phone })).json.id,
    ]
    await account.call('PATCH', `/v1/prospects/${survivor}`, { email: 's@example.com', phone: '+13055550123' })
    await account.post(`/v1/prospects/${survivor}/merge`, { duplicateId: duplicate })
    expect(filled(await wasRead())).toEqual({ ...SAID, email: null, phone: null })
  })

  test('is filled in if the duplicate was merged into this prospect', async () => {
    const id = await withResume()
    const duplicate = (await account.prospect({ email: SAID.email })).json.id
    await account.post(`/v1/prospects/${id}/merge`, { duplicateId: duplicate })
    await account.call('PATCH', `/v1/prospects/${id}`, { email: null })
    await read(id)
    expect((await shown(id)).email).toBe(SAID.email)
  })

  test('goes to one of two prospects whose resumes are read at once', async () => {
    const ids = [await withResume(), await withResume()]
    await Promise.all(ids.map(read))
    const both = await Promise.all(ids.map(shown))
    expect(both.map(({ resume }) => resume?.status)).toEqual(['parsed', 'parsed'])
    expect(both.filter(({ email }) => email === SAID.email)).toHaveLength(1)
    expect(both.filter(({ phone }) => phone === SAID.phone)).toHaveLength(1)
  })

  test('of another account makes no difference', async () => {
    const neighbour = await newAccount()
    await neighbour.prospect({ email: SAID.email, phone: SAID.phone })
    expect(filled(await wasRead())).toEqual(SAID)
  })
})

describe('what happens while a resume is read', () => {
  /** Does something between the lease of a resume and the commit of what was read. */
  const whileReading = async (id: string, happens: () => Promise<unknown>) => {
    const get = bucket.get
    vi.spyOn(bucket, 'get').mockImplementationOnce(async function (this: R2Bucket, ...args: any[]) {
      const object = await (get as any).apply(this, args)
      const bytes = await object.arrayBuffer()
      await happens()
      return { arrayBuffer: async () => bytes } as any
    })
    await read(id)
  }

  test('another resume is uploaded: what was extracted from the first one is not written', async () => {
    const id = await withResume()
    await whileReading(id, () => upload(account, id, 'Another text, of somebody else who says nothing.'))
    const { email, resume, version } = await shown(id)
    expect([email, resume?.status, version]).toEqual([null, 'processing', 2])
    await read(id)
    expect((await shown(id)).resume?.status).toBe('parsed')
  })

  test('the resume is removed: nothing is written', async () => {
    const id = await withResume()
    await whileReading(id, () => account.call('DELETE', `/v1/prospects/${id}/resume`))
    expect(await shown(id)).toMatchObject({ email: null, resume: null, version: 2 })
  })

  test('the prospect is erased: nothing is left', async () => {
    const id = await withResume()
    await whileReading(id, () => account.call('DELETE', `/v1/prospects/${id}`))
    expect((await account.get(`/v1/prospects/${id}`)).status).toBe(404)
    await eventually(async () => expect([await readings(), await objectsOf(account)]).toEqual([[], []]))
  })

  test('the prospect is merged: the survivor’s resume is read', async () => {
    const [survivor, id] = [(await account.prospect()).json.id, await withResume()]
    await whileReading(id, () => account.post(`/v1/prospects/${survivor}/merge`, { duplicateId: id }))
    expect((await shown(survivor)).resume?.status).toBe('processing')
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2 * MINUTE })
    await tick()
    expect(woken).toContainEqual({ accountId: account.id, prospectId: survivor })
    await read(survivor)
    expect(filled(await shown(survivor))).toEqual(SAID)
  })
})

test('a resume of a deleted account is not read', async () => {
  const id = await withResume()
  await rows('UPDATE accounts SET erased_at = 1 WHERE id = ?', account.id)
  const get = vi.spyOn(bucket, 'get')
  await read(id)
  expect(get).not.toHaveBeenCalled()
})

test.each([
  ['pages', `${CV}${'\fMore.'.repeat(30)}`, 'Only the first 30 pages were read.'],
  ['letters', `${CV}${'word '.repeat(60_000)}`, 'Only its beginning was read.'],
])(
  'a resume with too many %s is read in part: it shows that, and fills blank fields from that part',
  async (_, cv, reason) => {
    const prospect = await wasRead({}, cv)
    expect(prospect.resume).toMatchObject({ status: 'parsed', reason })
    expect(filled(prospect)).toEqual(SAID)
  },
)

describe('a file that cannot be read', () => {
  test.each<[string, string | Uint8Array, string, string, RegExp]>([
    ['a text without words', '1 2 3 4 5 6 7 8 9', 'text/plain', 'unsupported', /no text/],
    ['a damaged PDF', '%PDF-1.7\nnothing', 'application/pdf', 'failed', /PDF/],
  ])('such as %s is kept with a reason', async (_, bytes, contentType, status, reason) => {
    const { json } = await account.prospect({ resume: asField(bytes, { contentType }) })
    await read(json.id)
    const { resume } = await shown(json.id)
    expect(resume).toMatchObject({ status, reason: expect.stringMatching(reason), parsed: null })
    expect((await eventsOf(json.id))[0].type).toBe('resume.parsed')
    expect((await account.get(`/v1/prospects/${json.id}/resume`)).text).toBe(bytes)
    expect(await readings()).toEqual([])
  })

  test('because of an unexpected error fails, and the log line has none of its text', async () => {
    const error = vi.spyOn(console, 'error').mockReturnValue()
    const id = await withResume()
    await env.DB.prepare(`UPDATE prospects SET resume = json_set(resume, '$.contentType', 'no/type') WHERE id = ?`)
      .bind(id)
      .run()
    await read(id)
    const [line] = error.mock.calls.flat() as [string]
    expect(JSON.parse(line)).toMatchObject({ message: 'resume not read', prospectId: id })
    expect(line).not.toContain('pat@example.com')
    const [row] = await rows<{ resume: string }>('SELECT resume FROM prospects WHERE id = ?', id)
    expect(JSON.parse(row?.resume ?? '')).toMatchObject({ status: 'failed', reason: 'The file could not be read.' })
  })

  test('because it no longer exists fails', async () => {
    const id = await withResume()
    await env.RESUMES.delete(await objectsOf(account))
    await read(id)
    expect((await shown(id)).resume).toMatchObject({
      status: 'failed',
      reason: expect.stringMatching(/no longer exists/),
    })
  })
})

describe('a consumer that dies', () => {
  /** The state that a dead consumer leaves: the resume is leased, and the try is counted. */
  const die = (id: string) =>
    env.DB.prepare('UPDATE resume_readings SET tries = tries + 1, held_until = ?, next_at = ? WHERE prospect_id = ?')
      .bind(Date.now() + 2 * MINUTE, Date.now() + 2 * MINUTE, id)
      .run()

  test('blocks the resume no longer than its lease', async () => {
    const id = await withResume()
    await die(id)
    await read(id)
    expect((await shown(id)).resume?.status).toBe('processing')
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2 * MINUTE })
    await tick()
    expect(woken).toContainEqual({ accountId: account.id, prospectId: id })
    await read(id)
    expect((await shown(id)).resume?.status).toBe('parsed')
  })

  test('twice at the same file makes the resume fail', async () => {
    const id = await withResume()
    await die(id)
    await die(id)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2 * MINUTE })
    const get = vi.spyOn(bucket, 'get')
    await read(id)
    expect(get).not.toHaveBeenCalled()
    expect((await shown(id)).resume).toMatchObject({ status: 'failed', reason: expect.stringMatching(/2 tries/) })
    expect(await readings()).toEqual([])
  })

  test('is counted as a try before it parses the file', async () => {
    const id = await withResume()
    const batch = D1.batch
    let trips = 0
    // the first batch is the lease; the later ones, which commit what was read, fail
    vi.spyOn(D1, 'batch').mockImplementation(function (this: D1DatabaseSession, statements) {
      return trips++ === 0 ? (batch.call(this, statements) as any) : Promise.reject(new Error('died'))
    })
    await expect(read(id)).rejects.toThrow('died')
    vi.restoreAllMocks()
    expect((await readings()).map(({ tries }) => tries)).toEqual([1])
  })
})

describe('a resume is enqueued', () => {
  test('by the write that uploads it', async () => {
    const [made, known] = [await withResume(), (await account.prospect()).json.id]
    await upload(account, known)
    await eventually(() => expect(woken.map(({ prospectId }) => prospectId)).toEqual([made, known]))
  })

  test('not by a write without a resume', async () => {
    const id = await withResume()
    await account.call('PATCH', `/v1/prospects/${id}`, { title: 'Clerk' })
    await account.call('PATCH', `/v1/prospects/${id}`, { resume: asField(CV) })
    await upload(account, id, CV, { query: '?fileName=cv.txt' })
    await account.post(`/v1/prospects/${id}/merge`, { duplicateId: (await account.prospect()).json.id })
    const last = (await account.prospect()).json.id
    await upload(account, last)
    await eventually(() => expect(woken.map(({ prospectId }) => prospectId)).toEqual([id, last]))
  })

  test('by a merge that moves it to the survivor', async () => {
    const [survivor, id] = [(await account.prospect()).json.id, await withResume()]
    await account.post(`/v1/prospects/${survivor}/merge`, { duplicateId: id })
    await eventually(() => expect(woken.map(({ prospectId }) => prospectId)).toEqual([id, survivor]))
  })

  test('by the schedule if the queue was down, but not again and again', async () => {
    vi.spyOn(console, 'error').mockReturnValue()
    const down = vi.spyOn(env.RESUMES_QUEUE, 'sendBatch').mockRejectedValue(new Error('down'))
    const id = await withResume()
    await eventually(() => expect(down).toHaveBeenCalled())
    const woke = () => woken.filter(({ prospectId }) => prospectId === id).length
    down.mockImplementation(async (batch) => {
      for (const { body } of batch) woken.push(body as ResumeMessage)
      return { metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } } }
    })
    const start = Date.now()
    vi.useFakeTimers({ toFake: ['Date'] })
    for (const [minutes, times] of [
      [0.2, 0],
      [0.3, 1],
      [2.5, 1],
      [13, 2],
    ] as const) {
      vi.setSystemTime(start + minutes * MINUTE)
      await tick()
      expect([minutes, woke()]).toEqual([minutes, times])
    }
  })

  test('again if R2 or D1 is unavailable, without counting a try', async () => {
    const id = await withResume()
    vi.spyOn(bucket, 'get').mockRejectedValueOnce(new Error('away'))
    await expect(read(id)).rejects.toThrow('away')
    expect((await readings()).map(({ tries }) => tries)).toEqual([0])
  })

  test('not for a malformed message, which is dropped', async () => {
    const error = vi.spyOn(console, 'error').mockReturnValue()
    const batch = createMessageBatch(RESUMES, [{ id: 'm', timestamp: new Date(), attempts: 1, body: { nope: 1 } }])
    await worker.queue(batch, env, createExecutionContext())
    expect(error).toHaveBeenCalledWith(expect.stringContaining('malformed message'))
  })

  test('not for a dead letter, which logs an alarm', async () => {
    const error = vi.spyOn(console, 'error').mockReturnValue()
    await consume([{ accountId: account.id, prospectId: 'prs_x' }], `${RESUMES}-dlq`)
    expect(error).toHaveBeenCalledWith(expect.stringContaining('dead letters'))
  })
})

describe('an account with many resumes', { tags: 'scale' }, () => {
  const unlimited = { limit: async () => ({ success: true }) }
  const LIMITED = { RATE_LIMITS: '', KEY_RATE_LIMIT: unlimited }
  const { get } = bucket
  /** Consumes messages. Each reading takes this long, ms. Returns the resumes that were read. */
  async function readAll(messages: ResumeMessage[], takes: number): Promise<ResumeMessage[]> {
    const seen: string[] = []
    vi.spyOn(bucket, 'get').mockImplementation(async function (this: R2Bucket, key: string) {
      vi.setSystemTime(Date.now() + takes)
      seen.push(key)
      return get.call(this, key) as never
    })
    const done = []
    for (const message of messages) {
      const before = seen.length
      await consume([message], RESUMES, LIMITED)
      if (seen.length > before) done.push(message)
    }
    return done
  }
  const messagesOf = async (of: Account, many: number) => {
    const all = []
    for (let i = 0; i < many; i++) {
      const { json } = await of.prospect({ email: `p${i}@example.com`, resume: asField(`${CV}${i}`) })
      all.push({ accountId: of.id, prospectId: json.id })
    }
    return all
  }

  test('lets other accounts pass after a second of reading, and spreads its own over time', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const other = await newAccount()
    const [many, [one]] = [await messagesOf(account, 12), await messagesOf(other, 1)]
    const delays = vi.mocked(env.RESUMES_QUEUE.sendBatch).mock.calls
    delays.length = woken.length = 0
    expect(await readAll([...many, one as ResumeMessage], 400)).toEqual([...many.slice(0, 5), one])
    expect(woken).toEqual(many.slice(5))
    const seconds = delays.flatMap(([batch]) => [...batch].map(({ delaySeconds = 0 }) => delaySeconds))
    expect(seconds).toEqual([...seconds].sort((a, b) => a - b))
    expect([new Set(seconds).size > 4, (seconds.at(-1) ?? 0) < 12]).toEqual([true, true])
    vi.setSystemTime(Date.now() + 12_000)
    const later = woken.splice(0)
    expect((await readAll(later, 0)).length).toBe(later.length)
  })

  test('has a resume wait for 33 times as long as the one before took, while another account is active', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 5000 })
    const many = await messagesOf(account, 3)
    const call = callsTo(await newAccount(), LIMITED)
    const delays = vi.mocked(env.RESUMES_QUEUE.sendBatch).mock.calls
    delays.length = 0
    await call('GET', '/v1/labels')
    expect(await readAll(many, 300)).toEqual([many[0]])
    expect(delays.map(([[message]]) => message?.delaySeconds)).toEqual([20, 30])
    vi.setSystemTime(Date.now() + 10_000)
    await call('GET', '/v1/labels')
    expect(await readAll(many.slice(1), 300)).toEqual([many[1]])
  })

  test('has them read at once if they take less than a second', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const many = await messagesOf(account, 12)
    woken.length = 0
    expect([await readAll(many, 40), woken]).toEqual([many, []])
  })
})
