import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { call, cleanUp, migratedFolder, newFolder, OPERATOR, type Service, startBuilt, until } from './service'

const folder = migratedFolder()
let service: Service
let key: string

beforeAll(async () => {
  service = await startBuilt(folder)
  key = (await call(service.origin, OPERATOR, 'POST', '/admin/accounts', { name: 'Acme' })).json.apiKey.key
})
afterAll(cleanUp)

/** Runs the command on a file of this text; resolves to its exit status and what it printed. */
function run(text: string, ...options: string[]) {
  const file = join(newFolder(), 'people.csv')
  writeFileSync(file, text)
  const args = ['scripts/import.mjs', file, '--url', service.origin, '--key', key, ...options]
  const command = spawn('node', args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let printed = ''
  for (const stream of [command.stdout, command.stderr])
    stream.setEncoding('utf8').on('data', (more) => {
      printed += more
    })
  return new Promise<[status: number | null, printed: string]>((ended) =>
    command.on('close', (status) => ended([status, printed])),
  )
}

test('a file whose rows are all accepted ends with status 0', async () => {
  const [status, printed] = await run(
    'name,email,shoe size\nAnn Lee,ann@example.com,38\n',
    '--update',
    '--labels',
    'Hot',
  )
  expect([status, printed]).toEqual([
    0,
    expect.stringContaining('1 rows: 1 created, 0 updated, 0 unchanged, 0 rejected'),
  ])
  expect(printed).toContain('The column "shoe size" is not known.')
  const { json } = await call(service.origin, key, 'GET', '/v1/prospects?email=ann@example.com')
  expect(json.prospects[0].labels).toEqual(['Hot'])
})

test('rejected rows, and a rejected file, are reported with status 1', async () => {
  const [status, printed] = await run('name,email\nBob Ray,no email\nCat Fox,cat@example.com\n', '--dry-run')
  expect([status, printed]).toEqual([1, expect.stringContaining('line 2, email: ')])
  expect(printed).toContain('(dry run)')
  expect(await run('email\nann@example.com\n')).toEqual([1, expect.stringContaining('400: ')])
  expect(await run('name\nAnn Lee\n', '--key', 'bad')).toEqual([1, expect.stringContaining('401: ')])
})

test('an invalid command line prints the usage, with status 2', async () => {
  expect(await run('name\nAnn Lee\n', '--ubdate')).toEqual([2, expect.stringMatching(/--ubdate[\s\S]*npm run import/)])
  const command = spawn('node', ['scripts/import.mjs', 'no such file.csv', '--key', key], { stdio: 'ignore' })
  expect(await new Promise((ended) => command.on('close', ended))).toBe(2)
})

test('waits while the service is down', async () => {
  const rows = Array.from({ length: 6000 }, (_, n) => `Pat Doe ${n},p${n}@example.com\n`)
  const ended = run(`name,email\n${rows.join('')}`)
  const progress = async () => (await call(service.origin, key, 'GET', '/v1/imports?limit=1')).json.items[0]
  await until('the import to begin', async () => (await progress()).bytesDone > 1000)
  await service.kill()
  service = await startBuilt(folder, {}, service.port)
  const tick = setInterval(() => service.tick().catch(() => {}), 1000)
  const [status, printed] = await ended
  clearInterval(tick)
  expect([status, printed]).toEqual([0, expect.stringContaining('6000 rows: 6000 created')])
})

test('sends a call again whose response is cut off', async () => {
  const job = {
    id: 'imp_1',
    status: 'completed',
    finishedAt: 1,
    read: 1,
    created: 1,
    updated: 0,
    unchanged: 0,
    failed: 0,
  }
  let calls = 0
  const server = createServer((request, response) =>
    request.resume().on('end', () => {
      const body = JSON.stringify({ ...job, unknownColumns: [], items: [] })
      response.writeHead(200, { 'content-length': body.length })
      if (calls++ % 2) response.end(body)
      else response.write(body.slice(0, 5), () => response.destroy())
    }),
  ).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await new Promise((listening) => server.once('listening', listening))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  expect(await run('name\nAnn Lee\n', '--url', url)).toEqual([0, expect.stringContaining('imp_1 completed')])
  expect(calls).toBe(4)
})
