import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { ImportMessage } from '../../src/queues/messages'
import { type Account, newAccount, operator } from '../support/api'
import { makeItem } from '../support/catalog-items'
import { rows, watchTrips } from '../support/d1'
import { eventually } from '../support/eventually'
import {
  asText,
  countsOf,
  drainImports,
  encodeAs,
  holdImports,
  imported,
  importOf,
  messageOf,
  sendFile,
} from '../support/import-files'
import { expectProblem, errorsOf as namedIn } from '../support/problem'
import { eventsOf } from '../support/recorded'
import { objectsOf } from '../support/resume-files'

let account: Account
let held: ImportMessage[]
beforeEach(async () => {
  held = holdImports()
  account = await newAccount()
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

const prospects = async (query = '') => (await account.list(`limit=1000&sort=createdAt${query}`)).json.prospects

const CSV = `First Name,Last Name,E-mail,Cell,Tags,Source,Shoe size
Ann,Lee,ANN@example.com,(212) 555-0123,"Hot, Inbound",Fair,38
Bob,Ray,bob@example.com,,hot,FAIR,44
`

describe('a file', () => {
  test('is accepted at once and imported in the background', async () => {
    const { status, json, headers } = await sendFile(account, CSV)
    expect([status, headers.get('location')]).toEqual([202, `/v1/imports/${json.id}`])
    expect(json).toEqual({
      id: expect.stringMatching(/^imp_/),
      kind: 'file',
      status: 'queued',
      reason: null,
      bytes: CSV.length,
      bytesDone: CSV.indexOf('\n') + 1,
      ...{ read: 0, created: 0, updated: 0, unchanged: 0, failed: 0, erased: 0 },
      total: null,
      unknownColumns: ['Shoe size'],
      dryRun: false,
      createdAt: expect.any(Number),
      finishedAt: null,
    })
    await eventually(() => expect(held).toEqual([{ accountId: account.id, importId: json.id, from: json.bytesDone }]))
    await drainImports(held)
    const done = await importOf(account, json.id)
    expect(done).toEqual({
      ...json,
      status: 'completed',
      bytesDone: CSV.length,
      read: 2,
      created: 2,
      finishedAt: expect.any(Number),
    })
    const [ann, bob] = await prospects()
    expect(ann).toMatchObject({ email: 'ann@example.com', phone: '+12125550123', labels: ['Hot', 'Inbound'] })
    expect(bob).toMatchObject({ firstName: 'Bob', phone: null, labels: ['Hot'], sourceId: ann?.sourceId })
    expect((await eventsOf(account)).map(({ type, source, keyId }) => [type, source, keyId])).toEqual(
      Array(2).fill(['prospect.created', 'import', account.apiKey.id]),
    )
  })

  test('of NDJSON is imported like one POST for each line', async () => {
    const lines = [
      { firstName: 'Ann', lastName: 'Lee', email: 'ann@example.com', labels: ['Hot'], shoeSize: 38 },
      { firstName: 'Ann', lastName: 'Lee', email: 'ann@example.com', city: 'Here', update: true },
      '',
      { firstName: 'Ann', lastName: 'Lee', email: 'ann@example.com', city: null, update: true, muteWebhook: true },
      '{"firstName":',
      [1],
      { name: 'Bob Ray', phone: 2125550123 },
    ]
    const body = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\r\n')
    const done = await imported(account, body, { type: 'application/x-ndjson; charset=utf-8' })
    expect(countsOf(done)).toEqual({ read: 6, created: 1, updated: 2, unchanged: 0, failed: 3 })
    expect([done.status, done.unknownColumns]).toEqual(['completed', ['shoeSize']])
    expect(done.errors.map(asText)).toEqual([
      '5 null null malformed_json',
      '6 null null wrong_type',
      '7 phone phone wrong_type',
    ])
    expect((await eventsOf(account)).map(({ type, muted }) => [type, muted])).toEqual([
      ['prospect.created', 0],
      ['prospect.updated', 0],
      ['prospect.updated', 1],
    ])
  })

  test('with only a header completes at once', async () => {
    const done = await imported(account, 'first name,last name')
    expect([done.status, countsOf(done)]).toEqual([
      'completed',
      { read: 0, created: 0, updated: 0, unchanged: 0, failed: 0 },
    ])
  })

  test('of another account returns 404', async () => {
    const { id } = await imported(account, CSV)
    const other = await newAccount()
    expectProblem(await other.get(`/v1/imports/${id}`), 404, 'not_found')
    expect((await other.get('/v1/imports')).json.items).toEqual([])
  })

  test('is listed in pages, newest first', async () => {
    const ids = []
    for (let i = 0; i < 3; i++) ids.unshift((await sendFile(account, CSV)).json.id)
    const first = (await account.get('/v1/imports?limit=2')).json
    const second = (await account.get(`/v1/imports?limit=2&pageToken=${first.nextPageToken}`)).json
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(ids)
    expect(second.nextPageToken).toBeNull()
  })
})

describe('a CSV is read in every common format', () => {
  const TEXT = 'First name,Last name,Notes,City\nJosé,"Nerúda","a ""b"", c",Köln\nAnn,Lee,"two\nlines",\n'
  const bytesOf = (text: string) => new TextEncoder().encode(text)
  const marked = (mark: number[], bytes: Uint8Array) => Uint8Array.from([...mark, ...bytes])

  test.each<[string, Uint8Array]>([
    ['UTF-8', bytesOf(TEXT)],
    ['UTF-8 with a mark', bytesOf(`\ufeff${TEXT}`)],
    ['UTF-16 LE', marked([0xff, 0xfe], encodeAs(TEXT, 'utf-16le'))],
    ['UTF-16 BE', marked([0xfe, 0xff], encodeAs(TEXT, 'utf-16be'))],
    ['UTF-16 LE without a mark', encodeAs(TEXT, 'utf-16le')],
    ['UTF-16 BE without a mark', encodeAs(TEXT, 'utf-16be')],
    ['Windows-1252', encodeAs(TEXT, 'windows-1252')],
    ['semicolons', bytesOf(TEXT.replaceAll(/,(?! c)/g, ';'))],
    ['tabs', bytesOf(TEXT.replaceAll(/,(?! c)/g, '\t'))],
    ['bars', bytesOf(TEXT.replaceAll(/,(?! c)/g, '|'))],
    ['CRLF', bytesOf(TEXT.replaceAll('\n', '\r\n'))],
    ['CR', bytesOf(TEXT.replaceAll('\n', '\r'))],
    [
      'CR, with a line feed in a cell',
      bytesOf(
        TEXT.split('"two\nlines"')
          .map((part) => part.replaceAll('\n', '\r'))
          .join('"two\nlines"'),
      ),
    ],
    ['a line that names the delimiter', bytesOf(`sep=;\r\n${TEXT.replaceAll(/,(?! c)/g, ';')}`)],
    ['no line end at its end', bytesOf(TEXT.trimEnd())],
    ['blank lines', bytesOf(`\n\n${TEXT.replaceAll(/\n(?=Ann)/g, '\n\n,,,\n')}\n\n`)],
    ['everything quoted, with spaces', bytesOf(TEXT.replaceAll('Ann,Lee', '"Ann" ,"Lee"').replace('José', '"José"'))],
  ])('%s', async (_, bytes) => {
    const done = await imported(account, bytes)
    expect([countsOf(done), done.errors]).toEqual([{ read: 2, created: 2, updated: 0, unchanged: 0, failed: 0 }, []])
    expect(done.bytesDone).toBe(bytes.length)
    const found = await prospects()
    expect(found.map(({ firstName, lastName, notes, city }) => [firstName, lastName, notes, city])).toEqual([
      ['José', 'Nerúda', 'a "b", c', 'Köln'],
      ['Ann', 'Lee', 'two\nlines', null],
    ])
  })

  test('as Windows-1252, if a byte far after the header is not UTF-8', async () => {
    const bytes = encodeAs(`first,last,city\n${',,\n'.repeat(30_000)}René,Müller,5 €\n`, 'windows-1252')
    expect((await imported(account, bytes)).created).toBe(1)
    expect((await prospects())[0]).toMatchObject({ firstName: 'René', lastName: 'Müller', city: '5 €' })
  })

  test('with records and characters that cross the blocks in which it is read', { tags: 'scale' }, async () => {
    const many = Array.from({ length: 40 }, (_, n) => `"Ann\n${n}",Lee,"${'€😀"",\n'.repeat(7000 + n)}"\n`)
    const text = `first,last,shoe size\n${many.join('')}Bob,Ray,\n`
    for (const bytes of [new TextEncoder().encode(text), encodeAs(`\ufeff${text}`, 'utf-16le')]) {
      const own = await newAccount()
      const done = await imported(own, bytes)
      expect([bytes.length > 2_000_000, done.errors, done.created, done.bytesDone]).toEqual([
        true,
        [],
        41,
        bytes.length,
      ])
      const found = (await own.list('limit=1000&sort=createdAt')).json.prospects
      expect(found.map(({ firstName }) => firstName)).toEqual([...many.map((_, n) => `Ann ${n}`), 'Bob'])
    }
  })
})

describe('columns', () => {
  test('are recognised by common headings; the first one that is not empty counts', async () => {
    await imported(
      account,
      [
        'Full Name;E-mail 2;Email Address;Mobile;Home Phone;ZIP Code;Job Title;Brokerage;License Status;Notes;Comments;Label;Tags',
        '"van Beethoven, Ludwig";;L@example.com;;2125550123;10001;Agent;Acme;In Progress;One;Two;A;"B, C"',
      ].join('\n'),
    )
    expect((await prospects())[0]).toMatchObject({
      ...{ firstName: 'Ludwig', lastName: 'van Beethoven', email: 'l@example.com', phone: '+12125550123' },
      ...{ postalCode: '10001', title: 'Agent', company: 'Acme', licenseStatus: 'in_progress', notes: 'One\nTwo' },
      labels: ['A', 'B', 'C'],
    })
  })

  test('are mapped to other fields, or ignored, by the caller', async () => {
    const mapping = { Kontakt: 'fullName', 'E-mail': null, Login: 'email', 'Shoe size': null }
    const query = `?mapping=${encodeURIComponent(JSON.stringify(mapping))}`
    const done = await imported(
      account,
      'Kontakt,E-mail,Login,Shoe size,Other\nAnn Lee,a@example.com,b@example.com,38,x',
      {
        query,
      },
    )
    expect([done.unknownColumns, done.errors]).toEqual([['Other'], []])
    expect((await prospects())[0]).toMatchObject({ firstName: 'Ann', lastName: 'Lee', email: 'b@example.com' })
  })

  test.each<[string, string, string, string[]]>([
    ['no name', 'email,phone\na@example.com,', '', ['body /firstName required', 'body /lastName required']],
    ['half a name', 'first name,email\nAnn,a@example.com', '', ['body /lastName required']],
    ['nothing', '', '', ['body  empty']],
    ['blanks', ' \n\n', '', ['body  empty']],
    ['a quote that is not closed', '"first,last\nAnn,Lee', '', ['body  no_header']],
    [
      'a mapping of a column that the file does not have',
      'name\nAnn Lee',
      '{"nmae":"city"}',
      ['query /mapping unknown_column'],
    ],
    ['a mapping to an unknown field', 'name\nAnn Lee', '{"name":"shoeSize"}', ['query /mapping not_allowed']],
    ['a mapping that is not JSON', 'name\nAnn Lee', 'name', ['query /mapping wrong_format']],
  ])('return 400 at once: %s', async (_, body, mapping, errors) => {
    const answer = await sendFile(account, body, { query: mapping && `?mapping=${encodeURIComponent(mapping)}` })
    expectProblem(answer, 400, 'invalid_input', ['errors'])
    expect(namedIn(answer)).toEqual(errors)
    expect((await account.get('/v1/imports')).json.items).toEqual([])
    expect(held).toEqual([])
  })

  test('that only an export has are unknown in a file without an id', async () => {
    const { json } = await sendFile(account, 'name,Current Stage,created at\nAnn Lee,Offer,1\n')
    expect(json.unknownColumns).toEqual(['Current Stage', 'created at'])
  })

  test('are reported if they have a value that is not used, because another column of the field has one', async () => {
    const FILE = 'name,Cell,Home Phone,Tags,Label\nAnn Lee,212-555-0100,212-555-0100,a,b\nBob Ray,,212-555-0101,,\n'
    expect((await imported(account, FILE)).unknownColumns).toEqual([])
    const { unknownColumns } = await imported(account, `${FILE}Cat Fox,212-555-0102,212-555-0103,,\n`)
    expect(unknownColumns).toEqual(['Home Phone'])
  })

  test('are listed in the 400 if none has the name', async () => {
    const { json } = await sendFile(account, 'Voornaam;Achternaam\nAnn;Lee')
    expect(json).toMatchObject({ detail: expect.stringContaining('The columns are "Voornaam", "Achternaam".') })
  })
})

describe('the options of an import', () => {
  test('return 400 or 422 before the file is stored', async () => {
    const none = await objectsOf(account)
    const answer = await sendFile(account, CSV, { query: '?userId=usr_none&stageId=stg_none&pipelineId=pipe_none' })
    expectProblem(answer, 422, 'unknown_reference', ['errors'])
    expect(namedIn(answer)).toEqual(['query /stageId unknown_reference', 'query /userId unknown_reference'])
    expect(await objectsOf(account)).toEqual(none)
  })

  test('apply to every row, except that a row’s own stage and user win', async () => {
    const [user, other] = [(await makeItem(account, 'users', 'U')).id, (await makeItem(account, 'users', 'V')).id]
    const [stage, own] = (await account.get('/v1/stages')).json.items.slice(1).map(({ id }: { id: string }) => id)
    const body = `name,stageId,userId,tags\nAnn Lee,,,Hot\nBob Ray,${own},${other},\n`
    const query = `?userId=${user}&stageId=${stage}&labels=Imported,%20hot&muteWebhook=true`
    await imported(account, body, { query })
    const found = await prospects()
    expect(
      found.map(({ currentStageId, createdByUserId, labels }) => [currentStageId, createdByUserId, labels]),
    ).toEqual([
      [stage, user, ['Hot', 'Imported']],
      [own, other, ['Hot', 'Imported']],
    ])
    expect((await eventsOf(account)).map(({ muted, userId }) => [muted, userId])).toEqual([
      [1, user],
      [1, other],
    ])
  })

  test('with a pipeline put prospects into its default stage', async () => {
    const { json } = await account.post('/v1/pipelines', { name: 'Other', stages: ['First'] })
    await imported(account, 'name\nAnn Lee', { query: `?pipelineId=${json.id}` })
    expect((await prospects())[0]).toMatchObject({ pipelineId: json.id, currentStage: 'First' })
  })
})

describe('a file over the limits', () => {
  test('returns 413 before it is read, if it declares its length', async () => {
    const headers = { 'content-length': String(100 * 1024 * 1024 + 1) }
    const answer = await sendFile(account, new ReadableStream(), { headers })
    expectProblem(answer, 413, 'import_too_large')
  })

  test('returns 413 while it is uploaded, if it has too many rows', async () => {
    expectProblem(await sendFile(account, `name\n${'x\n'.repeat(500_001)}`), 413, 'import_too_large')
    expect((await account.get('/v1/imports')).json.items).toEqual([])
  })

  test('ends as failed, if its rows can be counted only when they are read', async () => {
    const { json } = await sendFile(account, CSV)
    await env.DB.prepare('UPDATE imports SET read = 499999 WHERE id = ?').bind(json.id).run()
    await drainImports([await messageOf(account, json.id)])
    expect(await importOf(account, json.id)).toMatchObject({
      status: 'failed',
      reason: 'The file has more than 500000 rows.',
    })
  })
})

test('a CSV with more than 500 columns returns 400', async () => {
  const header = (columns: number) => ['name', ...Array.from({ length: columns - 1 }, (_, n) => `c${n}`)].join(',')
  const answer = await sendFile(account, `${header(501)}\nAnn Lee\n`)
  expectProblem(answer, 400, 'invalid_input', ['errors'])
  expect(answer.json).toMatchObject({ errors: [{ code: 'too_many_columns', message: expect.stringContaining('501') }] })
  expect((await imported(account, `${header(500)}\nAnn Lee\n`)).created).toBe(1)
})

test('a CSV that is sent twice with one Idempotency-Key is imported once', async () => {
  const headers = { 'idempotency-key': 'once' }
  const first = await sendFile(account, CSV, { headers })
  const again = await sendFile(account, CSV, { headers })
  expect([again.status, again.text, again.headers.get('idempotent-replayed')]).toEqual([202, first.text, 'true'])
  expectProblem(await sendFile(account, `${CSV}Cat,Fox,,,,,\n`, { headers }), 422, 'idempotency_key_reused')
  expectProblem(await sendFile(account, CSV, { headers, query: '?update=true' }), 422, 'idempotency_key_reused')
  const type = 'application/x-ndjson'
  expectProblem(await sendFile(account, CSV, { headers, type }), 422, 'idempotency_key_reused')
  expect((await account.get('/v1/imports')).json.items).toHaveLength(1)
  expect(await objectsOf(account)).toHaveLength(1)
})

test('the 21st import in progress returns 409, however many later ones have ended', async () => {
  const ids: string[] = []
  for (let i = 0; i < 20; i++) ids.push((await sendFile(account, CSV)).json.id)
  await rows(
    `INSERT INTO imports (account_id, id, key_id, status, format, options, unknown_columns, bytes, bytes_done, line,
       created_at, finished_at)
     SELECT account_id, 'imp_~' || j.value, key_id, 'completed', format, options, unknown_columns, bytes, bytes_done, line, 1, 1
     FROM imports i CROSS JOIN json_each(?2) j WHERE account_id = ?1 AND i.id = ?3`,
    account.id,
    JSON.stringify([...Array(120).keys()]),
    ids[0],
  )
  expectProblem(await sendFile(account, CSV), 409, 'too_many_imports')
  await account.call('DELETE', `/v1/imports/${ids[0]}`)
  expect((await sendFile(account, CSV)).status).toBe(202)
})

test('the limit of 20 holds for concurrent calls, and the rejected ones leave no file', async () => {
  const answers = await Promise.all(Array.from({ length: 22 }, () => sendFile(account, CSV)))
  expect(answers.map(({ status }) => status).sort()).toEqual([...Array(20).fill(202), 409, 409])
  expect(await objectsOf(account)).toHaveLength(20)
})

test.each<[string, 'DELETE' | 'PATCH', object | undefined, 401 | 403, string]>([
  ['deleted', 'DELETE', undefined, 401, 'invalid_credential'],
  ['suspended', 'PATCH', { suspended: true }, 403, 'account_suspended'],
])('a file is rejected if its account is %s during the upload', async (_, method, change, status, code) => {
  const body = new ReadableStream({
    async start(controller) {
      controller.enqueue(new TextEncoder().encode(CSV))
      const begun = 'SELECT 1 FROM object_deletions WHERE account_id = ?'
      await eventually(async () => expect(await rows(begun, account.id)).toHaveLength(1))
      await operator(method, `/admin/accounts/${account.id}`, change)
      controller.close()
    },
  })
  expectProblem(await sendFile(account, body), status, code)
  expect(await rows('SELECT 1 FROM imports WHERE account_id = ?', account.id)).toEqual([])
})

test('a file returns 503 if R2 is unavailable, and can be sent again', async () => {
  const put = vi.spyOn(Object.getPrototypeOf(env.RESUMES) as R2Bucket, 'put').mockRejectedValue(new Error('away'))
  expectProblem(await sendFile(account, CSV), 503, 'storage_unavailable')
  put.mockRestore()
  expect((await account.get('/v1/imports')).json.items).toEqual([])
  expect((await imported(account, CSV)).created).toBe(2)
})

test('a file of undeclared length is stored in parts during the upload', { tags: 'scale' }, async () => {
  const row = `Ann,Lee,${'x'.repeat(10_000)}\n`
  let left = 1000
  const body = new ReadableStream({
    pull(controller) {
      controller.enqueue(new TextEncoder().encode(left === 1000 ? `first,last,shoe size\n${row}` : row))
      if (--left === 0) controller.close()
    },
  })
  const put = vi.spyOn(Object.getPrototypeOf(env.RESUMES) as R2Bucket, 'put')
  const { status, json } = await sendFile(account, body)
  expect([status, json.bytes, put.mock.calls]).toEqual([202, 21 + 1000 * row.length, []])
  const [key] = await objectsOf(account)
  expect((await env.RESUMES.head(key as string))?.size).toBe(json.bytes)
})

test('a file that is declared as neither CSV nor NDJSON returns 415', async () => {
  for (const type of ['', 'application/json', 'text/plain'])
    expectProblem(await sendFile(account, new TextEncoder().encode(CSV), { type }), 415, 'unsupported_media_type')
})

test('starting an import takes two round trips, and a key of scope write', async () => {
  await account.get('/v1/me')
  const trips = watchTrips(account)
  expect((await sendFile(account, CSV)).status).toBe(202)
  expect(trips()).toBe(2)
  const { key } = (await account.post('/v1/api-keys', { name: 'R', scopes: ['read'] })).json
  expectProblem(await sendFile({ key }, CSV), 403, 'insufficient_scope')
})
