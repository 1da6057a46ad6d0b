import { exports } from 'cloudflare:workers'
import Papa from 'papaparse'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { CSV_COLUMNS } from '../../src/prospects/field-names'
import { type Account, newAccount } from '../support/api'
import { writeMany } from '../support/callers'
import { watchTrips } from '../support/d1'
import { errorsOf, expectProblem } from '../support/problem'

let account: Account
beforeEach(async () => {
  account = await newAccount()
})
afterEach(() => void vi.restoreAllMocks())

const exported = (query = '', accept = 'text/csv') =>
  account.call('GET', `/v1/prospects/export${query}`, undefined, { accept })
const rowsOf = (csv: string) => Papa.parse<Record<string, string>>(csv, { header: true, skipEmptyLines: true }).data
const linesOf = (text: string) =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))

test('a CSV has every field of a prospect, names and ids', async () => {
  const job = (await account.post('/v1/jobs', { name: 'Agent' })).json.id
  const { json: full } = await account.prospect({
    firstName: 'José',
    email: 'jose@example.com',
    phone: '2125550123',
    labels: ['Hot', 'Inbound'],
    newSourceName: 'Fair, spring',
    notes: 'Two\nlines, "quoted"',
    title: 'Agent',
    city: 'New York',
    jobId: job,
  })
  const { json: bare } = await account.prospect()
  const { status, headers, text } = await exported()
  expect([status, headers.get('content-type'), headers.get('content-disposition'), headers.get('vary')]).toEqual([
    200,
    'text/csv; charset=utf-8',
    'attachment; filename="prospects.csv"',
    'Accept',
  ])
  expect(text.startsWith(`${CSV_COLUMNS.join(',')}\r\n`)).toBe(true)
  const labels = (await account.get('/v1/labels')).json.items
  const blank = Object.fromEntries(CSV_COLUMNS.map((column) => [column, '']))
  const own = (p: typeof full) => ({
    id: p.id,
    firstName: p.firstName,
    lastName: p.lastName,
    currentStage: 'New',
    currentStageId: String(p.currentStageId),
    pipelineId: String(p.pipelineId),
    version: '1',
    createdAt: String(p.createdAt),
    updatedAt: String(p.updatedAt),
  })
  expect(rowsOf(text)).toEqual([
    { ...blank, ...own(bare) },
    {
      ...blank,
      ...own(full),
      email: 'jose@example.com',
      phone: "'+12125550123",
      labels: 'Hot, Inbound',
      labelIds: labels.map(({ id }: { id: string }) => id).join(', '),
      sourceName: 'Fair, spring',
      sourceId: String(full.sourceId),
      notes: 'Two\nlines, "quoted"',
      title: 'Agent',
      city: 'New York',
      jobIds: job,
    },
  ])
})

test('a CSV starts with a byte order mark', async () => {
  const response = await exports.default.fetch('https://api.example.com/v1/prospects/export', {
    headers: { authorization: `Bearer ${account.key}` },
  })
  expect([...(await response.bytes()).slice(0, 3)]).toEqual([0xef, 0xbb, 0xbf])
})

test('NDJSON has one object per line: the one of the list, with names and ids', async () => {
  await account.prospect({ labels: 'Hot', newSourceName: 'Fair', notes: 'Two\nlines' })
  const { headers, text } = await exported('', 'application/x-ndjson')
  expect(headers.get('content-type')).toBe('application/x-ndjson')
  const { resume: _, ...listed } = (await account.list()).json.prospects[0] as any
  const labelIds = (await account.get('/v1/labels')).json.items.map(({ id }: { id: string }) => id)
  expect(linesOf(text)).toEqual([{ ...listed, labelIds, sourceName: 'Fair' }])
})

test.each([
  ['', 'text/csv'],
  ['*/*', 'text/csv'],
  ['application/json', 'text/csv'],
  ['application/x-ndjson;q=0.9, text/csv;q=0.8', 'application/x-ndjson'],
])('Accept: %s returns %s', async (accept, type) => {
  const { status, headers } = await exported('', accept)
  expect([status, headers.get('content-type')?.split(';')[0]]).toEqual([200, type])
})

test.each(['=1+1', '+1', '-1', '@SUM(A1)', "'=1", "''+1"])('%s is guarded against formulas', async (lastName) => {
  await account.prospect({ lastName, labels: lastName })
  const [row] = rowsOf((await exported()).text)
  expect([row?.lastName, row?.labels]).toEqual([`'${lastName}`, `'${lastName}`])
  expect(linesOf((await exported('', 'application/x-ndjson')).text)[0].lastName).toBe(lastName)
})

test('an export has the prospects that match, or none', async () => {
  await account.prospect({ firstName: 'Ann', labels: 'Hot' })
  await account.prospect({ firstName: 'Bob', labels: 'Cold' })
  const names = async (query: string) => rowsOf((await exported(query)).text).map(({ firstName }) => firstName)
  expect(await names('?label=hot&name=ann')).toEqual(['Ann'])
  expect(await names('?sort=createdAt')).toEqual(['Ann', 'Bob'])
  expect(await names('?phone=nope')).toEqual([])
  expect((await exported('?label=nobody')).text).toBe(`${CSV_COLUMNS.join(',')}\r\n`)
  expect((await exported('?label=nobody', 'application/x-ndjson')).text).toBe('')
})

test('an export has the columns of the fields that are asked for', async () => {
  const { json } = await account.prospect({ firstName: 'Ann', labels: ['Hot', 'Cold'], newSourceName: 'Fair' })
  const { text } = await exported('?fields=labels,sourceId,firstName')
  const [row] = rowsOf(text)
  expect(Object.keys(row ?? {})).toEqual(['id', 'firstName', 'labels', 'labelIds', 'sourceName', 'sourceId'])
  expect(row).toMatchObject({ id: json.id, firstName: 'Ann', labels: 'Cold, Hot', sourceName: 'Fair' })
  expect(linesOf((await exported('?fields=email', 'application/x-ndjson')).text)).toEqual([
    { id: json.id, email: null },
  ])
  for (const field of ['resume', 'nmae'])
    expect(errorsOf(await exported(`?fields=${field}`))).toEqual(['query /fields not_allowed'])
})

test('unknown parameters of an export are reported', async () => {
  for (const parameter of ['limit', 'pageToken', 'total'])
    expect(errorsOf(await exported(`?${parameter}=1`))).toEqual([`query /${parameter} unknown_parameter`])
  expectProblem(await exported('?sort=updatedAt'), 400, 'invalid_input', ['errors'])
})

test('an export has no prospects of other accounts', async () => {
  await (await newAccount()).prospect()
  expect(linesOf((await exported('', 'application/x-ndjson')).text)).toEqual([])
})

test('an export reads a page in one round trip when the caller asks for more, and has each prospect once', async () => {
  await writeMany(account, Array(600).fill({}))
  const all = (await account.list('limit=1000&sort=createdAt')).json.prospects.map(({ id }) => id)
  const trips = watchTrips(account)
  const response = await exports.default.fetch('https://api.example.com/v1/prospects/export?sort=createdAt', {
    headers: { authorization: `Bearer ${account.key}`, accept: 'application/x-ndjson' },
  })
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  const decoder = new TextDecoder()
  let text = decoder.decode((await reader.read()).value, { stream: true })
  expect(trips()).toBeLessThanOrEqual(2)
  const gone = [all[10], all[590]] as [string, string]
  for (const id of gone) await account.call('DELETE', `/v1/prospects/${id}`)
  await account.prospect({ firstName: 'New' })
  for (let part = await reader.read(); !part.done; part = await reader.read())
    text += decoder.decode(part.value, { stream: true })
  const ids = linesOf(text).map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.filter((id) => all.includes(id))).toEqual(all.filter((id) => id !== gone[1]))
})
