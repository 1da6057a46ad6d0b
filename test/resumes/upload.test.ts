import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Account, type ApiResponse, costOf, newAccount, operator, send } from '../support/api'
import { D1, rows, rowsOf, tablesHolding } from '../support/d1'
import { tick } from '../support/endpoint'
import { eventually } from '../support/eventually'
import { errorsOf, expectProblem } from '../support/problem'
import { asField, bytesOf, CV, objectsOf, upload } from '../support/resume-files'

const PDF = bytesOf('%PDF-1.7\nnothing that can be read')
const MAX = 5 * 1024 * 1024
const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'

let account: Account
let id: string
beforeEach(async () => {
  account = await newAccount()
  id = (await account.prospect({ email: 'ann@example.com' })).json.id
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

const bucket: R2Bucket = Object.getPrototypeOf(env.RESUMES)
const download = (of = id) => account.get(`/v1/prospects/${of}/resume`)
const shown = async (of = id) => (await account.get(`/v1/prospects/${of}`)).json.resume
const versionOf = async () => (await account.get(`/v1/prospects/${id}`)).json.version as number
/** The objects of an account that are to be deleted, and whether each is due. */
const deletions = () =>
  rows<{ key: string; due: number }>(
    'SELECT key, due_at <= ? AS due FROM object_deletions WHERE account_id = ?',
    Date.now(),
    account.id,
  )
const settled = (objects: number) =>
  eventually(async () => {
    expect(await deletions()).toEqual([])
    expect(await objectsOf(account)).toHaveLength(objects)
  })

const PROCESSING = { status: 'processing', reason: null, parsed: null, uploadedAt: expect.any(Number) }

describe('a resume in a body', () => {
  test('of a new prospect is stored, and shown as processing', async () => {
    const { status, json } = await account.prospect({ resume: asField(CV) })
    const resume = { fileName: 'cv.txt', contentType: 'text/plain', size: CV.length, ...PROCESSING }
    expect([status, json.resume]).toEqual([201, resume])
    expect(await shown(json.id)).toEqual(resume)
    expect((await account.list('name=pat&limit=5')).json.prospects.find((p) => p.id === json.id)?.resume).toEqual(
      resume,
    )
    const { items } = (await account.get(`/v1/prospects/${json.id}/events`)).json
    expect(items.map((e: any) => [e.type, e.data.prospect.resume])).toEqual([['prospect.created', resume]])
    expect((await download(json.id)).text).toBe(CV)
    await settled(1)
  })

  test('takes no more round trips than a write without one', async () => {
    expect(costOf(await account.prospect({ resume: asField(CV) })).trips).toBe(2)
    expect(costOf(await account.call('PATCH', `/v1/prospects/${id}`, { resume: asField(CV) })).trips).toBe(2)
    expect(costOf(await upload(account, id, 'Another text than the first one.')).trips).toBe(2)
    expect(costOf(await download()).trips).toBe(1)
  })

  test('is not stored if the prospect exists and is not updated', async () => {
    const { status, json } = await account.prospect({ email: 'ann@example.com', resume: asField(CV) })
    expect([status, json.resume]).toEqual([200, null])
    expect(await objectsOf(account)).toEqual([])
    expect((await deletions()).map(({ due }) => due)).toEqual([0])
  })

  test('replaces the present one, with update; null removes it', async () => {
    await account.prospect({ email: 'ann@example.com', resume: asField(CV), update: true })
    const other = asField(PDF, { contentType: 'application/pdf', fileName: 'cv.pdf' })
    const { json } = await account.prospect({ email: 'ann@example.com', resume: other, update: true })
    expect(json.resume).toMatchObject({ fileName: 'cv.pdf', contentType: 'application/pdf', size: PDF.length })
    expect((await download()).text).toBe(new TextDecoder().decode(PDF))
    await settled(1)
    expect((await account.call('PATCH', `/v1/prospects/${id}`, { resume: null })).json.resume).toBeNull()
    expectProblem(await download(), 404, 'not_found')
    await settled(0)
    const { items } = (await account.get(`/v1/prospects/${id}/events`)).json
    expect(
      items.map((e: any) => [e.data.changes?.resume?.from?.fileName, e.data.changes?.resume?.to?.fileName]),
    ).toEqual([
      ['cv.pdf', undefined],
      ['cv.txt', 'cv.pdf'],
      [undefined, 'cv.txt'],
      [undefined, undefined],
    ])
  })

  test('that is the same as the present one changes nothing', async () => {
    const first = await account.call('PATCH', `/v1/prospects/${id}`, { resume: asField(CV) })
    for (const again of [
      await account.call('PATCH', `/v1/prospects/${id}`, { resume: asField(CV) }),
      await upload(account, id, CV, { query: '?fileName=cv.txt' }),
    ])
      expect([again.status, again.json.version, again.json.resume]).toEqual([200, 2, first.json.resume])
    await eventually(async () => expect(await objectsOf(account)).toHaveLength(1))
    const renamed = await account.call('PATCH', `/v1/prospects/${id}`, { resume: asField(CV, { fileName: 'new.txt' }) })
    expect([renamed.json.version, renamed.json.resume.fileName]).toEqual([3, 'new.txt'])
  })

  test.each([
    ['of a known length', CV],
    ['of no declared length', () => new Blob([CV]).stream()],
  ])('that is the same, sent as a body %s, is not stored again', async (_, body) => {
    await upload(account, id)
    await settled(1)
    const drop = vi.spyOn(bucket, 'delete')
    const again = await upload(account, id, typeof body === 'string' ? body : body())
    expect([again.status, again.json.version, costOf(again).trips]).toEqual([200, 2, 1])
    expect([await objectsOf(account), drop.mock.calls]).toEqual([[expect.any(String)], []])
  })

  test('is stored once by a repeated call, with the same response', async () => {
    const body = { firstName: 'Bob', lastName: 'Lee', email: 'bob@example.com', resume: asField(CV) }
    const call = () => account.call('POST', '/v1/prospects', body, { 'idempotency-key': 'once' })
    const [first, again] = [await call(), await call()]
    expect([again.status, again.text, again.headers.get('idempotent-replayed')]).toEqual([201, first.text, 'true'])
    expect(await objectsOf(account)).toHaveLength(1)
  })

  test('is stored once when 20 concurrent calls create one prospect', { tags: 'scale' }, async () => {
    const body = { email: 'race@example.com' }
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => account.prospect({ ...body, resume: asField(`${CV}${i}`) })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(19).fill(200), 201])
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2 * 60 * 60_000 })
    await tick()
    await settled(1)
    const { json } = answers.find(({ status }) => status === 201) as ApiResponse
    expect((await download(json.id)).status).toBe(200)
  })

  test.each<[string, object, string, string]>([
    ['without a name', { fileName: '' }, '/resume/fileName', 'required'],
    ['with a name that is too long', { fileName: 'x'.repeat(256) }, '/resume/fileName', 'too_long'],
    ['of a type that no resume has', { contentType: 'image/png' }, '/resume/contentType', 'not_allowed'],
    ['of a type that every object has', { contentType: 'constructor' }, '/resume/contentType', 'not_allowed'],
    ['of another type than declared', { contentType: 'application/pdf' }, '/resume/content', 'type_mismatch'],
    [
      'that is a DOCX only by its name',
      { contentType: DOCX, content: btoa('PK\x03\x04none') },
      '/resume/content',
      'not_allowed',
    ],
    ['that is empty', { content: '' }, '/resume/content', 'empty'],
    ['that is not base64', { content: 'data:text/plain;base64,AAAA' }, '/resume/content', 'wrong_format'],
    ['that is an image', { content: btoa('\x89PNG\r\n\x1a\n\0\0\0') }, '/resume/content', 'not_allowed'],
    ['without content', { content: undefined }, '/resume/content', 'required'],
    ['with an unknown field', { pages: 2 }, '/resume/pages', 'unknown_field'],
  ])('%s rejects the whole write', async (_, given, pointer, code) => {
    const before = await rowsOf(account.id)
    const body = { firstName: 'Bob', lastName: 'Lee', resume: asField(CV, given) }
    for (const answer of [
      await account.post('/v1/prospects', body),
      await account.call('PATCH', `/v1/prospects/${id}`, { title: 'Agent', resume: body.resume }),
    ])
      expect([answer.status, errorsOf(answer)]).toEqual([400, [`body ${pointer} ${code}`]])
    expect([await rowsOf(account.id), await objectsOf(account)]).toEqual([before, []])
  })

  test('is reported with all other errors of the call', async () => {
    const refused = await account.prospect({ email: 'no', nope: 1, resume: asField('', { contentType: 'x' }) })
    expect(errorsOf(refused)).toEqual([
      'body /email wrong_format',
      'body /nope unknown_field',
      'body /resume/contentType not_allowed',
    ])
  })

  test('may have 5 MiB and not a byte more', { tags: 'scale' }, async () => {
    expect((await account.prospect({ resume: asField('x'.repeat(MAX)) })).json.resume?.size).toBe(MAX)
    for (const [size, code] of [
      [MAX + 1, 'resume_too_large'],
      [2 * MAX, 'body_too_large'],
    ] as const)
      expectProblem(await account.prospect({ resume: asField('x'.repeat(size)) }), 413, code)
    expect(await objectsOf(account)).toHaveLength(1)
  })

  test('has the last part of a path as its name', async () => {
    const names = { 'C:\\fakepath\\cv.txt': 'cv.txt', '/home/ann/cv.txt': 'cv.txt', 'Ann’s CV.txt': 'Ann’s CV.txt' }
    for (const [fileName, kept] of Object.entries(names))
      expect((await account.prospect({ resume: asField(CV, { fileName }) })).json.resume?.fileName).toBe(kept)
  })
})

describe('a resume as the body', () => {
  test('is stored byte for byte, and the response has the prospect', async () => {
    const noise = new Uint8Array(300_000).map((_, i) => (i * 7919) >> 3)
    const pdf = new Uint8Array([...PDF, ...noise])
    const { status, json, headers } = await upload(account, id, pdf, { type: 'application/pdf' })
    const resume = { fileName: 'resume.pdf', contentType: 'application/pdf', size: pdf.length, ...PROCESSING }
    expect([status, json.resume, json.version]).toEqual([200, resume, 2])
    expect(headers.get('etag')).toMatch(/^"2-/)
    const response = await (await env.RESUMES.get((await objectsOf(account))[0] as string))?.bytes()
    expect(response).toEqual(pdf)
    await settled(1)
  })

  test('is downloaded, never shown by a browser', async () => {
    await upload(account, id, CV, { query: `?fileName=${encodeURIComponent('Ren"é 100%; cv.txt')}` })
    const { headers, text } = await download()
    expect(text).toBe(CV)
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'text/plain',
      'content-length': String(CV.length),
      'content-disposition': `attachment; filename="Ren__ 100_; cv.txt"; filename*=UTF-8''Ren%22%C3%A9%20100%25%3B%20cv.txt`,
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, no-store',
    })
  })

  test.each([
    ['cv.PDF', 'cv.PDF'],
    ['cv', 'cv.txt'],
    ['cv.html', 'cv.html.txt'],
    ['cv.bat.', 'cv.bat..txt'],
    ['cv\u202etxt.exe', 'cvtxt.exe.txt'],
    ['..', '...txt'],
    ['a\\', 'a_.txt'],
  ])('named %j is a download called %j', async (fileName, name) => {
    const { json } = await upload(account, id, CV, { query: `?fileName=${encodeURIComponent(fileName)}` })
    expect(json.resume.fileName).toBe(fileName)
    const disposition = (await download()).headers.get('content-disposition')
    expect(disposition).toBe(`attachment; filename="${name}"; filename*=UTF-8''${encodeURIComponent(name)}`)
  })

  test('is stored if its length is not declared', async () => {
    const body = new Blob([CV.slice(0, 10), CV.slice(10)]).stream()
    const { status, json } = await upload(account, id, body, { type: '' })
    expect([status, json.resume]).toMatchObject([200, { contentType: 'text/plain', size: CV.length }])
    expect((await download()).text).toBe(CV)
  })

  test.each([
    ['application/octet-stream', 'text/plain'],
    ['TEXT/plain; charset=latin1', 'text/plain'],
  ])('declared as %s has the type of its bytes', async (type, kept) => {
    expect((await upload(account, id, CV, { type })).json.resume.contentType).toBe(kept)
  })

  test.each<[string, string | Uint8Array, string, string]>([
    ['empty', '', 'text/plain', 'body  empty'],
    ['of another type than declared', PDF, 'text/plain', 'header /Content-Type type_mismatch'],
    ['an image', bytesOf('\x89PNG\r\n\x1a\n\0\0\0'), '', 'body  not_allowed'],
    [
      'an image at its end',
      new Uint8Array([...bytesOf(CV.repeat(5000)), ...new Uint8Array(9000)]),
      '',
      'body  not_allowed',
    ],
  ])('that is %s is rejected, and nothing is stored', async (_, body, type, where) => {
    const refused = await upload(account, id, body, { type })
    expect([refused.status, errorsOf(refused)]).toEqual([400, [where]])
    expect([await objectsOf(account), await shown(), await versionOf()]).toEqual([[], null, 1])
  })

  test.each(['application/x-www-form-urlencoded', 'image/png', 'constructor'])(
    'declared as %s returns 415, and nothing is stored',
    async (type) => {
      expectProblem(await upload(account, id, CV, { type }), 415, 'unsupported_media_type')
      expect([await objectsOf(account), await shown(), await versionOf()]).toEqual([[], null, 1])
    },
  )

  test('over 5 MiB returns 413, also if its length is not declared', async () => {
    const large = 'x'.repeat(MAX + 1)
    for (const body of [large, new Blob([large]).stream()])
      expectProblem(await upload(account, id, body), 413, 'resume_too_large')
    expect([await objectsOf(account), await versionOf()]).toEqual([[], 1])
    expect((await upload(account, id, large.slice(1))).json.resume.size).toBe(MAX)
  })

  test.each<[string, (other: string) => [of: string, options: object], number]>([
    ['another version', () => [id, { headers: { 'if-match': '7' } }], 412],
    ['an unknown user', () => [id, { query: '?userId=usr_x' }], 422],
    ['an unknown prospect', () => ['prs_x', {}], 404],
    ['a prospect that was merged', (other) => [other, {}], 410],
  ])('for %s is rejected before it is stored', async (_, wrong, status) => {
    const put = vi.spyOn(bucket, 'put')
    const other = (await account.prospect()).json.id
    await account.post(`/v1/prospects/${id}/merge`, { duplicateId: other })
    const [of, options] = wrong(other)
    expect((await upload(account, of, CV, options)).status).toBe(status)
    expect(put).not.toHaveBeenCalled()
  })

  test('names the user of the change, and can be muted', async () => {
    const user = (await account.post('/v1/users', { name: 'Una' })).json.id
    await account.post('/v1/webhooks', { url: 'https://hooks.example.com' })
    expect((await upload(account, id, CV, { query: `?userId=${user}&muteWebhook=true` })).json.updatedByUserId).toBe(
      user,
    )
    const [event] = (await account.get(`/v1/prospects/${id}/events`)).json.items
    expect([event.type, event.actor.userId, event.muted]).toEqual(['prospect.updated', user, true])
    expect(await rows('SELECT 1 FROM deliveries WHERE account_id = ?', account.id)).toEqual([])
  })

  test('is removed once, and then returns 404', async () => {
    await upload(account, id)
    const remove = (headers?: Record<string, string>) =>
      account.call('DELETE', `/v1/prospects/${id}/resume`, undefined, headers)
    expect((await remove({ 'if-match': '1' })).status).toBe(412)
    expect((await remove({ 'if-match': '2' })).status).toBe(204)
    expectProblem(await remove(), 404, 'not_found')
    expectProblem(await download(), 404, 'not_found')
    await settled(0)
  })
})

describe('a file that no prospect refers to', () => {
  test('is deleted with the prospect, from R2 and from every table', async () => {
    const { json } = await account.prospect({ resume: asField(CV, { fileName: 'canary-9000.txt' }) })
    const [key] = await objectsOf(account)
    expect((await account.call('DELETE', `/v1/prospects/${json.id}`)).status).toBe(204)
    await settled(0)
    expect(await tablesHolding('canary-9000')).toEqual([])
    expect(await tablesHolding(key as string)).toEqual([])
  })

  test('is deleted later if R2 was unavailable when the prospect was erased', async () => {
    await upload(account, id)
    vi.spyOn(console, 'error').mockReturnValue()
    const away = vi.spyOn(bucket, 'delete').mockRejectedValue(new Error('away'))
    expect((await account.call('DELETE', `/v1/prospects/${id}`)).status).toBe(204)
    await eventually(() => expect(away).toHaveBeenCalled())
    expect((await deletions()).map(({ due }) => due)).toEqual([1])
    vi.restoreAllMocks()
    await tick()
    expect([await deletions(), await objectsOf(account)]).toEqual([[], []])
  })

  test.each<[string, () => Promise<unknown>, number]>([
    ['prospect', () => account.call('DELETE', `/v1/prospects/${id}`), 404],
    ['account', () => operator('DELETE', `/admin/accounts/${account.id}`), 401],
  ])('because its %s was erased during the upload is deleted', async (_, erase, status) => {
    const { put } = bucket
    vi.spyOn(bucket, 'put').mockImplementationOnce(async function (this: R2Bucket, ...args: any[]) {
      const stored = await (put as any).apply(this, args)
      await erase()
      await eventually(async () => expect(await rows('SELECT 1 FROM prospects WHERE id = ?', id)).toEqual([]))
      return stored
    })
    expect((await upload(account, id)).status).toBe(status)
    expect([await objectsOf(account), await deletions()]).toEqual([[], []])
  })

  test('is deleted with the account', async () => {
    await upload(account, id)
    await operator('DELETE', `/admin/accounts/${account.id}`)
    await eventually(async () => expect([await rowsOf(account.id), await objectsOf(account)]).toEqual([{}, []]))
  })

  test('because the write died is deleted after an hour, and no sooner', async () => {
    vi.spyOn(console, 'error').mockReturnValue()
    const batch = D1.batch
    vi.spyOn(D1, 'batch').mockImplementation(function (this: D1DatabaseSession, statements) {
      if (put.mock.calls.length > 0) return Promise.reject(new Error('died'))
      return batch.call(this, statements) as any
    })
    const put = vi.spyOn(bucket, 'put')
    expect((await upload(account, id)).status).toBe(500)
    vi.restoreAllMocks()
    expect([await versionOf(), await shown()]).toEqual([1, null])
    await tick()
    expect(await objectsOf(account)).toHaveLength(1)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61 * 60_000 })
    await tick()
    expect([await deletions(), await objectsOf(account)]).toEqual([[], []])
  })

  test('is deleted, and no other', async () => {
    await upload(account, id)
    const { json } = await account.prospect({ resume: asField(CV) })
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 48 * 60 * 60_000 })
    await tick()
    for (const of of [id, json.id]) expect((await download(of)).text).toBe(CV)
  })
})

describe('if R2 is unavailable', () => {
  test('an upload returns 503, and nothing is written', async () => {
    vi.spyOn(bucket, 'put').mockRejectedValue(new Error('away'))
    for (const refused of [
      await account.prospect({ resume: asField(CV) }),
      await account.call('PATCH', `/v1/prospects/${id}`, { title: 'Agent', resume: asField(CV) }),
      await upload(account, id),
    ]) {
      expectProblem(refused, 503, 'storage_unavailable')
      expect(refused.headers.get('retry-after')).toBe('5')
    }
    expect([await versionOf(), (await account.list()).json.totalCount]).toEqual([1, 1])
  })

  test('a download returns 503', async () => {
    await upload(account, id)
    vi.spyOn(bucket, 'get').mockRejectedValue(new Error('away'))
    expectProblem(await download(), 503, 'storage_unavailable')
  })
})

describe('after a merge', () => {
  const merge = async (duplicateId: string) =>
    (await account.post(`/v1/prospects/${id}/merge`, { duplicateId })).json as { resume: { fileName: string } | null }

  test('the survivor has the duplicate’s resume, if it had no resume', async () => {
    const other = (await account.prospect({ resume: asField(CV, { fileName: 'other.txt' }) })).json.id
    expect((await merge(other)).resume?.fileName).toBe('other.txt')
    expect((await download()).text).toBe(CV)
    await settled(1)
  })

  test('the survivor keeps its own resume, and the duplicate’s is deleted', async () => {
    await upload(account, id, `${CV}own`)
    const other = (await account.prospect({ resume: asField(CV) })).json.id
    expect((await merge(other)).resume?.fileName).toBe('resume.txt')
    expect((await download()).text).toBe(`${CV}own`)
    await settled(1)
  })
})

test('a resume of another account returns the same 404 as one that never existed', async () => {
  await upload(account, id)
  const { key } = await newAccount()
  for (const [method, body] of [['GET'], ['DELETE'], ['PUT', CV]] as const)
    expectProblem(await send(method, `/v1/prospects/${id}/resume`, { key, body }), 404, 'not_found')
  expect((await download()).text).toBe(CV)
})
