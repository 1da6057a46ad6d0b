import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import Papa from 'papaparse'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Account, newAccount } from '../support/api'
import { rows, watchTrips } from '../support/d1'
import { consume, deliveriesOf, holdQueue, register } from '../support/endpoint'
import { eventually } from '../support/eventually'
import { people } from '../support/filterable-prospects'
import {
  asText,
  countsOf,
  errorsOf,
  holdImports,
  imported,
  importOf,
  messageOf,
  runOnce,
  sendFile,
} from '../support/import-files'
import { eventsOf } from '../support/recorded'

let account: Account
beforeEach(async () => {
  holdImports()
  account = await newAccount()
})
afterEach(() => void vi.restoreAllMocks())

const csv = (bodies: object[]) => Papa.unparse(bodies.map((body) => ({ ...body })))
const prospects = async (of = account) => (await of.list('limit=1000&sort=createdAt')).json.prospects
const refused = async (id: string, accept = 'text/csv') =>
  account.call('GET', `/v1/imports/${id}/errors`, undefined, { accept })

describe('rows about one prospect', () => {
  const FILE = `name,email,phone,tags,source,city
Ann Lee,ann@example.com,(212) 555-0100,Hot,Fair,
Ann Lee,ANN@example.com,,"hot, Cold",FAIR,Here
Ann Lee,,212.555.0100,,,There
Bob Ray,bob@example.com,2125550100,,,
Bob Ray,,,,,
`
  test('update it one after the other, with update', async () => {
    const done = await imported(account, FILE, { query: '?update=true' })
    expect(countsOf(done)).toEqual({ read: 5, created: 3, updated: 2, unchanged: 0, failed: 0 })
    const [ann] = await prospects()
    expect(ann).toMatchObject({ email: 'ann@example.com', labels: ['Cold', 'Hot'], city: 'There', version: 3 })
    expect((await eventsOf(account)).map(({ type }) => type)).toEqual([
      ...['prospect.created', 'prospect.updated', 'prospect.updated'],
      ...['prospect.created', 'prospect.created'],
    ])
    expect(await rows('SELECT name FROM sources WHERE account_id = ?', account.id)).toEqual([{ name: 'Fair' }])
  })

  test('leave an existing prospect unchanged, without update', async () => {
    const done = await imported(account, FILE)
    expect(countsOf(done)).toEqual({ read: 5, created: 3, updated: 0, unchanged: 2, failed: 0 })
    expect((await prospects())[0]).toMatchObject({ labels: ['Hot'], city: null, version: 1 })
  })

  test('change nothing when they are imported again', async () => {
    const file = FILE.replace('Bob Ray,,,,,\n', '')
    await imported(account, file, { query: '?update=true' })
    const events = await eventsOf(account)
    await imported(account, file.replace(',There', ',Here'), { query: '?update=true' })
    const done = await imported(account, file.replace(',There', ',Here'), { query: '?update=true' })
    expect(countsOf(done)).toEqual({ read: 4, created: 0, updated: 0, unchanged: 4, failed: 0 })
    expect((await eventsOf(account)).length).toBe(events.length + 1)
  })
})

test('rows of an import have the same results and events as single POSTs', { tags: 'scale' }, async () => {
  const row = fc.record({
    firstName: fc.constantFrom('Ann', 'Bob'),
    lastName: fc.constant('Lee'),
    email: fc.constantFrom('', 'a@example.com', 'B@example.com', 'c@example.com', 'no email'),
    phone: fc.constantFrom('', '2125550100', '(212) 555-0101', '+12125550102', '212-155-0100'),
    labels: fc.constantFrom('', 'Hot', 'HOT,Cold', 'cold, Inbound'),
    newSourceName: fc.constantFrom('', 'Zillow', 'ZILLOW', '=Referral'),
    city: fc.constantFrom('', 'Here', 'There'),
    notes: fc.constantFrom('', 'one\ntwo', 'a "quoted", one', "'-"),
    sourceId: fc.constantFrom('', '', '', '', 'src_none'),
    stage: fc.constantFrom('', '', '', 'Contacted', 'CONTACTED', 'No stage'),
  })
  const contentOf = async (of: Account) => {
    const found = await prospects(of)
    const named = new Map(found.map(({ id }, n) => [id, `prospect ${n}`]))
    for (const kind of ['sources', 'labels', 'stages', 'pipelines'])
      for (const { id, name } of (await of.get(`/v1/${kind}`)).json.items) named.set(id, `${kind} ${name}`)
    const text = JSON.stringify([found, (await eventsOf(of)).map(({ source: _, ...event }) => event)])
    return JSON.parse(
      [...named].reduce((json, [id, name]) => json.replaceAll(id, name), text),
      (key, value) => (['createdAt', 'updatedAt', 'keyId'].includes(key) ? undefined : value),
    )
  }
  const property = fc.asyncProperty(
    fc.array(row, { minLength: 5, maxLength: 25 }),
    fc.boolean(),
    async (all, update) => {
      const [inOne, apart] = [await newAccount(), await newAccount()]
      for (const each of [inOne, apart]) await people(each, ['c@example.com', '+12125550102'], [null, '+12125550101'])
      const stages = (await apart.get('/v1/stages')).json.items
      const contacted = stages.find(({ name }: { name: string }) => name === 'Contacted').id
      const answers = []
      for (const { stage, ...body } of all) {
        const stageId = stage && (stage === 'No stage' ? 'stg_none' : contacted)
        // an empty cell is absent
        const given = Object.fromEntries(Object.entries({ ...body, stageId }).filter(([, value]) => value !== ''))
        answers.push((await apart.prospect({ ...given, update })).status)
      }
      const guarded = all.map((body) => ({
        ...body,
        newSourceName: body.newSourceName.replace(/^=/, "'="),
        notes: body.notes.replace(/^'-/, "''-"),
      }))
      const done = await imported(inOne, csv(guarded), { query: `?update=${update}` })
      expect([done.created, done.failed]).toEqual([
        answers.filter((status) => status === 201).length,
        answers.filter((status) => status >= 400).length,
      ])
      expect(await contentOf(inOne)).toEqual(await contentOf(apart))
    },
  )
  await fc.assert(property, { seed: 7, numRuns: 6, endOnFailure: true })
})

test('a row can take the email that the row before gave up, at two round trips for each chunk', async () => {
  for (const n of [1, 2, 3]) await account.prospect({ email: `p${n}@example.com` })
  const pairs = (await prospects()).flatMap(({ id, email }, i) => [
    { id, firstName: 'Moved', lastName: 'On', email: `new${i}@example.com` },
    { id: '', firstName: 'Next', lastName: 'One', email },
  ])
  const { json } = await sendFile(account, csv(pairs), { query: '?update=true' })
  const message = await messageOf(account, json.id)
  const trips = watchTrips(account)
  await consume([message], 'prospect-imports')
  // the lease, then the read and the write, then the look-up of the account's next turn
  expect(trips()).toBe(1 + 2 + 1)
  expect(countsOf(await importOf(account, json.id))).toMatchObject({ created: 3, updated: 3 })
})

test('events of an import are delivered by a queue of their own, unless the import is muted', async () => {
  const held = holdQueue()
  holdImports()
  await register(account)
  await imported(account, 'name\nAnn Lee\nBob Ray\n')
  await account.prospect()
  await imported(account, 'name\nCat Fox\n', { query: '?muteWebhook=true' })
  expect(await deliveriesOf(account)).toHaveLength(3)
  await eventually(() => expect(held.messages.map(({ bulk }) => bulk)).toEqual([true, true, false]))
})

test.each(['\v', '\f', '\u0000', '\u0085'])(
  '%j rejects the row in every cell, also at the start and end',
  async (control) => {
    const columns = ['name', 'email', 'phone', 'labels', 'notes', 'city', 'licenseStatus', 'update']
    const right = ['Ann Lee', 'a@example.com', '212-555-0100', 'Hot', 'Notes', 'Here', 'not started', 'true']
    const spoils = [
      (cell: string) => control + cell,
      (cell: string) => cell + control,
      (cell: string) => cell.replace(/ |(?<=^.)/, control),
      () => control,
    ]
    const wrong = columns.flatMap((_, at) => spoils.map((spoil) => right.with(at, spoil(right[at] as string))))
    const { failed, created } = await imported(account, [columns, ...wrong].map((cells) => cells.join()).join('\n'))
    expect([failed, created]).toEqual([wrong.length, 0])
  },
)

describe('errors of rows', () => {
  const FILE = `First,Last,E-mail,Phone,License Status,officeId
Ann,Lee,a@example.com,,licensed,
,Lee,no email,,sometimes,

Bob,"Ray
the second",b@example.com,12345,,
Cat,Fox,c@example.com,,,off_none
Dan,Elk,d@example.com,,,,surplus
Eve,"Oak"x,e@example.com,,,
Fay,Elm,f@example.com,212-555-0100 x7,,
`
  test('are reported together with line and column, and stop no other row', async () => {
    const done = await imported(account, FILE)
    expect(countsOf(done)).toEqual({ read: 7, created: 3, updated: 0, unchanged: 0, failed: 4 })
    expect(done.errors.map(asText)).toEqual([
      '3 First firstName required',
      '3 E-mail email wrong_format',
      '3 License Status licenseStatus not_allowed',
      '5 Phone phone invalid_phone',
      '7 officeId officeId unknown_reference',
      '8 null null too_many_cells',
      '9 null null malformed_csv',
      '10 Phone phone extension_dropped',
    ])
    expect(done.errors.filter((error) => !error.refused).map(({ code }) => code)).toEqual([
      'invalid_phone',
      'extension_dropped',
    ])
    expect((await prospects()).map(({ firstName, phone }) => [firstName, phone])).toEqual([
      ['Ann', null],
      ['Bob', null],
      ['Fay', '+12125550100'],
    ])
  })

  test('include a line of NDJSON with more than 500 keys', async () => {
    const keys = (many: number) => Object.fromEntries(Array.from({ length: many - 1 }, (_, n) => [`c${n}`, n]))
    const file = [501, 500].map((many) => JSON.stringify({ name: 'Ann Lee', ...keys(many) })).join('\n')
    const done = await imported(account, file, { type: 'application/x-ndjson' })
    expect([done.created, done.errors.map(asText)]).toEqual([1, ['1 null null too_many_columns']])
    expect(done.errors[0]?.message).toContain('501')
  })

  test('do not include hundreds of columns of labels or notes, which are joined', async () => {
    const spellings = Array.from({ length: 490 }, (_, n) => `tags${'_'.repeat(n % 50)}${'-'.repeat(n / 50)}`)
    const header = ['name', ...spellings, 'note', 'comment', 'remarks']
    const row = ['Ann Lee', ...spellings.map((_, n) => `L${n % 5}`), 'one', '', 'three']
    expect((await imported(account, `${header}\n${row}\n`)).errors).toEqual([])
    const [ann] = await prospects()
    expect([ann?.labels, ann?.notes]).toEqual([['L0', 'L1', 'L2', 'L3', 'L4'], 'one\nthree'])
  })

  test('are listed in pages', async () => {
    const { id, errors } = await imported(account, FILE)
    const found = []
    for (let token: string | null = ''; token !== null; ) {
      const page: any = (await account.get(`/v1/imports/${id}/errors?limit=3${token && `&pageToken=${token}`}`)).json
      found.push(...page.items)
      token = page.nextPageToken
    }
    expect(found).toEqual(errors)
  })

  test('are downloaded with their rows as a CSV that can be corrected and imported again', async () => {
    const { id } = await imported(account, FILE)
    const { text, headers } = await refused(id)
    expect([headers.get('content-type'), headers.get('content-disposition')]).toEqual([
      'text/csv; charset=utf-8',
      'attachment; filename="refused.csv"',
    ])
    const lines = Papa.parse<string[]>(text, { skipEmptyLines: true }).data
    expect(lines.map((line) => line.slice(0, 2))).toEqual([
      ['First', 'Last'],
      ['', 'Lee'],
      ['Cat', 'Fox'],
      ['Dan', 'Elk'],
      ['Eve', '"Oak"x'],
    ])
    expect(lines.map((line) => line[6])).toEqual([
      'error',
      expect.stringContaining('E-mail: '),
      'officeId: This account has no such id.',
      expect.stringContaining('The row has 7 cells'),
      expect.stringContaining('quote'),
    ])
    const mended = [
      lines[0],
      ['Amy', 'Lee', 'amy@example.com', '', 'licensed', '', lines[1]?.[6]],
      ['Cat', 'Fox', 'c@example.com', '', '', '', lines[2]?.[6]],
      lines[3]?.slice(0, 7),
      lines[4],
    ] as string[][]
    const again = await imported(account, Papa.unparse(mended))
    expect([countsOf(again), again.unknownColumns]).toEqual([
      { read: 4, created: 4, updated: 0, unchanged: 0, failed: 0 },
      [],
    ])
    expect((await refused(again.id)).text.trim()).toBe('First,Last,E-mail,Phone,License Status,officeId,error')
  })

  test('are downloaded with rows of another encoding and delimiter', async () => {
    const text = 'Prénom;Nom\nJosé;\nAnn;Lee\nZoë;\n'
    const bytes = Uint8Array.from(text, (c) => c.charCodeAt(0))
    const query = `?mapping=${encodeURIComponent('{"Prénom":"firstName","Nom":"lastName"}')}`
    const { id } = await imported(account, bytes, { query })
    expect((await refused(id)).text).toBe(
      'Prénom,Nom,error\r\nJosé,,Nom: This is required.\r\nZoë,,Nom: This is required.\r\n',
    )
  })

  test('include the prospect that has the same phone as a new one', async () => {
    const [ann] = [(await account.prospect({ email: 'a@example.com', phone: '212-555-0100' })).json]
    const FILE = 'name,email,phone\nBob Ray,b@example.com,212-555-0100\n'
    for (const codes of [['potential_duplicate'], []]) {
      const { errors } = await imported(account, FILE, { query: '?update=true' })
      expect(errors.map(({ code }) => code)).toEqual(codes)
      for (const { message } of errors) expect(message).toContain(ann.id)
    }
  })

  test('contain no formula for a spreadsheet', async () => {
    const { id } = await imported(account, "first,last,city\n=1+1,,'+1\n")
    const [, line] = (await refused(id)).text.split('\r\n')
    expect(line).toBe("'=1+1,,'+1,last: This is required.")
  })

  test('of NDJSON are downloaded as NDJSON', async () => {
    const { id } = await imported(account, '{"firstName":"Ann"}\n{"firstName":\n{"name":"Bob Ray"}\n', {
      type: 'application/x-ndjson',
    })
    const { text, headers } = await refused(id, 'application/x-ndjson')
    expect(headers.get('content-type')).toBe('application/x-ndjson')
    const malformed = '{"error":"This line is not JSON.","firstName":\n'
    expect(text).toBe(`{"error":"lastName: This is required.","firstName":"Ann"}\n${malformed}`)
  })

  test('of NDJSON leave a line that is not an object as it is', async () => {
    const lines = ['[1]', '"a"', '{"phone":12345678901234567890}', '{ }']
    const { id } = await imported(account, lines.join('\n'), { type: 'application/x-ndjson' })
    const { text } = await refused(id, 'application/x-ndjson')
    const [array, word, object, empty] = text.split('\n')
    expect([array, word]).toEqual(lines.slice(0, 2))
    expect(object).toMatch(/^\{"error":".+","phone":12345678901234567890\}$/)
    expect(JSON.parse(empty as string)).toEqual({ error: expect.any(String) })
  })

  test('are stored up to ten thousand, and all counted', { tags: 'scale' }, async () => {
    const done = await imported(account, `name\n${'Cher\n'.repeat(300)}`)
    await env.DB.prepare(
      "UPDATE imports SET errors = 9999, status = 'running', bytes_done = 5, next_at = 0 WHERE id = ?",
    )
      .bind(done.id)
      .run()
    await env.DB.prepare('UPDATE imports SET finished_at = NULL, held_until = 0 WHERE id = ?').bind(done.id).run()
    await env.DB.prepare('DELETE FROM import_errors WHERE import_id = ?').bind(done.id).run()
    await runOnce(account, done.id)
    expect([(await importOf(account, done.id)).failed, (await errorsOf(account, done.id)).length]).toEqual([600, 250])
  })

  test('of hundreds of rows take one row of the database for each chunk', async () => {
    const done = await imported(account, `name\n${'Cher\n'.repeat(600)}`)
    expect([done.failed, done.errors.length]).toEqual([600, 600])
    expect(await rows('SELECT 1 FROM import_errors WHERE account_id = ?', account.id)).toHaveLength(3)
    expect((await refused(done.id)).text.split('\r\n')).toHaveLength(602)
  })

  test('quote no personal data, so that they can stay when a prospect is erased', async () => {
    const rowsOfFile = 'Secretive,secret.email,,\nAnn Secretive Lee,,555secret,\nBob Secret,,,ann@secret.example\n'
    await imported(account, `first,email,phone,officeId\n${rowsOfFile}`, {
      query: `?mapping=${encodeURIComponent('{"first":"fullName"}')}`,
    })
    const [kept] = await rows<{ errors: string }>('SELECT errors FROM import_errors WHERE account_id = ?', account.id)
    expect(kept?.errors).not.toMatch(/secret/i)
  })
})

describe('an export', () => {
  const HOSTILE = [
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    "'=1",
    "''+1",
    "'",
    '"',
    '""',
    'a"b',
    'a,b',
    'a;b',
    'a\tb',
    '0012',
    'null',
    'O’Neil',
  ]
  test.each(['text/csv', 'application/x-ndjson'])('as %s changes nothing when it is imported again', async (accept) => {
    const [job] = [(await account.post('/v1/jobs', { name: 'Job' })).json.id]
    const [stage] = (await account.get('/v1/stages')).json.items.slice(2).map(({ id }: { id: string }) => id)
    for (const [n, lastName] of HOSTILE.entries())
      await account.prospect({
        ...{ firstName: lastName, lastName, title: lastName, city: lastName, newSourceName: lastName, jobId: job },
        notes: `${lastName}\n${lastName}\r\n\tend`,
        labels: lastName.replace(',', ' '),
        ...(n % 3 && { email: `p${n}@example.com` }),
        // some share a phone, some have neither email nor phone
        ...(n % 2 && { phone: '212-555-0100' }),
        ...(n % 4 === 1 && { stageId: stage, licenseStatus: 'in_progress' }),
      })
    const before = [await prospects(), await eventsOf(account)]
    const { text } = await account.call('GET', '/v1/prospects/export', undefined, { accept })
    const done = await imported(account, text, { type: accept, query: '?update=true' })
    expect([done.unchanged, done.read, done.errors, done.unknownColumns]).toEqual([
      done.read,
      before[0]?.length,
      [],
      [],
    ])
    expect([await prospects(), await eventsOf(account)]).toEqual(before)
  })

  test('that was edited in a spreadsheet updates the prospects whose rows were edited', async () => {
    const { id } = (await account.prospect({ firstName: 'Ann', lastName: 'Lee' })).json
    const { text } = await account.call('GET', '/v1/prospects/export', undefined, { accept: 'text/csv' })
    const done = await imported(account, text.replace('Ann,Lee,', 'Ann,Ray,ann@example.com'), { query: '?update=true' })
    expect(done.updated).toBe(1)
    expect((await account.get(`/v1/prospects/${id}`)).json).toMatchObject({ lastName: 'Ray', email: 'ann@example.com' })
  })
})

test('an import is started with scope write, and read with scope read', async () => {
  const { key } = (await account.post('/v1/api-keys', { name: 'W', scopes: ['write'] })).json
  expect((await sendFile({ key }, 'name\nAnn Lee\n')).status).toBe(202)
})
