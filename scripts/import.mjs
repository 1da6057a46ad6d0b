// `npm run import -- people.csv --url https://… --key pro_…` uploads a file of prospects, waits until the import has ended,
// and prints its counts and errors. Runs on Node 20 without any package. Exit status: 0 if every row was accepted.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { parseArgs } from 'node:util'

const USAGE = `npm run import -- <file.csv | file.ndjson> [options]
  --url <url>        the service; PROSPECTS_URL, or http://localhost:8787
  --key <key>        an API key of scope write; or PROSPECTS_KEY
  --update           update prospects that exist already
  --mute             send no webhooks
  --dry-run          check the rows, write nothing
  --labels <a,b>     labels for every row
  --stage <id>, --pipeline <id>, --user <id>
  --mapping <json>   the field of each column: {"column": "field", "ignored": null}`

function exitWithUsage(message) {
  console.error(message)
  process.exit(2)
}

function readArguments() {
  const options = {
    url: { type: 'string', default: process.env.PROSPECTS_URL ?? 'http://localhost:8787' },
    key: { type: 'string', default: process.env.PROSPECTS_KEY ?? '' },
    update: { type: 'boolean' },
    mute: { type: 'boolean' },
    'dry-run': { type: 'boolean' },
    ...Object.fromEntries(['labels', 'stage', 'pipeline', 'user', 'mapping'].map((name) => [name, { type: 'string' }])),
  }
  try {
    return parseArgs({ allowPositionals: true, options })
  } catch (error) {
    return exitWithUsage(`${error.message}\n\n${USAGE}`)
  }
}

const { values, positionals } = readArguments()
const [file] = positionals
if (!file || positionals.length > 1 || !values.key) exitWithUsage(USAGE)
const { size } = await stat(file).catch((error) => exitWithUsage(error.message))

const PARAMETERS = {
  update: 'update',
  mute: 'muteWebhook',
  'dry-run': 'dryRun',
  labels: 'labels',
  stage: 'stageId',
  pipeline: 'pipelineId',
  user: 'userId',
  mapping: 'mapping',
}
const given = Object.entries(PARAMETERS).filter(([name]) => values[name] !== undefined)
const query = new URLSearchParams(given.map(([name, parameter]) => [parameter, String(values[name])]))
const authorization = `Bearer ${values.key}`
const sleep = (ms) => new Promise((done) => setTimeout(done, ms))

const isTerminal = process.stderr.isTTY
/** How long to retry while the service does not respond, in ms: before its first response, and after it. */
const RETRY_FOR = { beforeFirst: 30_000, afterFirst: 30 * 60_000 }
let hasResponded = false

/**
 * Sends a request, and returns the JSON of its 2xx response. Any other response ends the command with the problem's detail.
 * Retries while there is no whole response, or while the service responds with 429, 502, 503 or 504.
 */
async function request(path, init = () => ({})) {
  const end = Date.now() + (hasResponded ? RETRY_FOR.afterFirst : RETRY_FOR.beforeFirst)
  for (let wait = 1000, isFirst = true; ; wait = Math.min(wait * 2, 30_000), isFirst = false) {
    const { headers, ...options } = init()
    const url = new URL(path, values.url)
    const result = await send(url, { headers: { authorization, ...headers }, ...options }).catch((error) => error)
    if ('status' in result && ![429, 502, 503, 504].includes(result.status)) {
      hasResponded = true
      if (result.ok) return JSON.parse(result.text)
      console.error(`\n${result.status}: ${detailOf(result.text) ?? result.statusText}`)
      process.exit(1)
    }
    const reason = result.status ?? result.cause?.code ?? result.message
    if (Date.now() + wait > end) {
      console.error(`${isTerminal ? '\n' : ''}No response from ${values.url} (${reason}).`)
      process.exit(1)
    }
    if (isFirst && !isTerminal) console.error(`No response from ${values.url} (${reason}), trying again.`)
    show(`no response (${reason}), trying again`)
    await sleep(wait)
  }
}

/** The connection can also be lost after the headers of a response. */
async function send(url, init) {
  const response = await fetch(url, init)
  const { ok, status, statusText } = response
  return { ok, status, statusText, text: await response.text() }
}

function detailOf(text) {
  try {
    return JSON.parse(text).detail
  } catch {
    return undefined
  }
}

/** Replaces the last line on the terminal. */
const show = (line) => isTerminal && process.stderr.write(`\r\u001b[K${line}`)
function bar(what, done, total) {
  const part = total ? Math.min(done / total, 1) : 1
  const full = Math.round(part * 30)
  return `${what} ${'█'.repeat(full)}${'░'.repeat(30 - full)} ${Math.floor(part * 100)} %`
}

const hash = createHash('sha256').update(`${Date.now()} ${query} `)
for await (const chunk of createReadStream(file)) hash.update(chunk)
// a file that is sent again under this key, after a dropped connection, is imported once
const key = `import ${hash.digest('hex')}`

async function* fileWithProgress() {
  let sent = 0
  for await (const chunk of createReadStream(file)) {
    yield chunk
    sent += chunk.length
    show(bar('sending', sent, size))
  }
}
const upload = () => ({
  method: 'POST',
  headers: {
    'content-type': /\.(nd|l?)json(l|\.txt)?$/i.test(file) ? 'application/x-ndjson' : 'text/csv',
    'content-length': String(size),
    'idempotency-key': key,
  },
  body: fileWithProgress(),
  duplex: 'half',
})
let job = await request(`/v1/imports?${query}`, upload)
const unknown = new Set(job.unknownColumns)
for (const column of unknown)
  console.error(`${isTerminal ? '\r\u001b[K' : ''}The column ${JSON.stringify(column)} is not known.`)

while (!job.finishedAt) {
  await sleep(500)
  job = await request(`/v1/imports/${job.id}`)
  show(`${bar('importing', job.bytesDone, job.bytes)}  ${job.read} rows`)
}
show('')

const { status, read, created, updated, unchanged, failed } = job
console.log(`${job.id} ${status}${job.reason ? `: ${job.reason}` : ''}${job.dryRun ? ' (dry run)' : ''}`)
console.log(`${read} rows: ${created} created, ${updated} updated, ${unchanged} unchanged, ${failed} rejected`)
for (const column of job.unknownColumns.filter((name) => !unknown.has(name)))
  console.log(`Part of the column ${JSON.stringify(column)} was not written.`)
const ERRORS_SHOWN = 20
const errors = await request(`/v1/imports/${job.id}/errors?limit=${ERRORS_SHOWN}`)
for (const { line, column, message } of errors.items)
  console.log(`line ${line}${column ? `, ${column}` : ''}: ${message}`)
if (errors.nextPageToken) console.log('…')
if (failed > 0)
  console.log(
    `The rejected rows, to correct and send again: curl -H 'Authorization: Bearer …' -H 'Accept: text/csv' ${new URL(`/v1/imports/${job.id}/errors`, values.url)} > rejected.csv`,
  )
process.exit(status === 'completed' && failed === 0 ? 0 : 1)
