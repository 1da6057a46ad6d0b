// `npm run import -- people.csv --url https://… --key pro_…`: sends a file of prospects, waits until it is worked through,
// and prints what became of its rows. Runs on Node 20, without anything else. Exit status: 0 if every row was taken.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { parseArgs } from 'node:util'

const USAGE = `npm run import -- <file.csv | file.ndjson> [options]
  --url <url>        the service; PROSPECTS_URL, or http://localhost:8787
  --key <key>        an API key of scope write; or PROSPECTS_KEY
  --update           update those who are known
  --mute             send no webhooks
  --dry-run          try the rows, write nothing
  --labels <a,b>     labels for every row
  --stage <id>, --pipeline <id>, --user <id>
  --mapping <json>   what columns are: {"column": "field", "other": null}`

function refuse(message) {
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
    return refuse(`${error.message}\n\n${USAGE}`)
  }
}

const { values, positionals } = readArguments()
const [file] = positionals
if (!file || positionals.length > 1 || !values.key) refuse(USAGE)
const { size } = await stat(file).catch((error) => refuse(error.message))

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
/** How long it goes on asking where there is no answer, ms: at first, and once the service has answered. */
const PATIENCE = { begin: 30_000, wait: 30 * 60_000 }
let hasAnswered = false

/** A request, again and again while there is no connection, or the service says that it cannot now. */
async function insist(path, init = () => ({})) {
  const end = Date.now() + (hasAnswered ? PATIENCE.wait : PATIENCE.begin)
  for (let wait = 1000, isFirst = true; ; wait = Math.min(wait * 2, 30_000), isFirst = false) {
    const { headers, ...options } = init()
    const answer = await fetch(new URL(path, values.url), { headers: { authorization, ...headers }, ...options }).catch(
      (error) => error,
    )
    if (answer instanceof Response && ![429, 502, 503, 504].includes(answer.status)) {
      hasAnswered = true
      return answer
    }
    const reason = answer instanceof Response ? answer.status : (answer.cause?.code ?? answer.message)
    if (Date.now() + wait > end) {
      console.error(`${isTerminal ? '\n' : ''}No answer from ${values.url} (${reason}).`)
      process.exit(1)
    }
    if (isFirst && !isTerminal) console.error(`No answer from ${values.url} (${reason}), trying again.`)
    show(`no answer (${reason}), trying again`)
    await sleep(wait)
  }
}

async function expectOk(answer) {
  if (answer.ok) return answer
  const { detail } = await answer.json().catch(() => ({}))
  console.error(`\n${answer.status}: ${detail ?? answer.statusText}`)
  process.exit(1)
}

/** A line that takes the place of the one before. */
const show = (line) => isTerminal && process.stderr.write(`\r\u001b[K${line}`)
function bar(what, done, total) {
  const part = total ? Math.min(done / total, 1) : 1
  const full = Math.round(part * 30)
  return `${what} ${'█'.repeat(full)}${'░'.repeat(30 - full)} ${Math.floor(part * 100)} %`
}

const hash = createHash('sha256').update(`${Date.now()} ${query} `)
for await (const chunk of createReadStream(file)) hash.update(chunk)
// sent again under this key after a dropped connection, it is imported once
const key = `import ${hash.digest('hex')}`

async function* watched() {
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
  body: watched(),
  duplex: 'half',
})
let job = await (await expectOk(await insist(`/v1/imports?${query}`, upload))).json()
const unknown = new Set(job.unknownColumns)
for (const column of unknown)
  console.error(`${isTerminal ? '\r\u001b[K' : ''}The column ${JSON.stringify(column)} is not known.`)

while (!job.finishedAt) {
  await sleep(500)
  job = await (await expectOk(await insist(`/v1/imports/${job.id}`))).json()
  show(`${bar('importing', job.bytesDone, job.bytes)}  ${job.read} rows`)
}
show('')

const { status, read, created, updated, unchanged, failed } = job
console.log(`${job.id} ${status}${job.reason ? `: ${job.reason}` : ''}${job.dryRun ? ' (dry run)' : ''}`)
console.log(`${read} rows: ${created} created, ${updated} updated, ${unchanged} unchanged, ${failed} refused`)
for (const column of job.unknownColumns.filter((name) => !unknown.has(name)))
  console.log(`Not all that the column ${JSON.stringify(column)} holds was written.`)
const ERRORS_SHOWN = 20
const errors = await (await expectOk(await insist(`/v1/imports/${job.id}/errors?limit=${ERRORS_SHOWN}`))).json()
for (const { line, column, message } of errors.items)
  console.log(`line ${line}${column ? `, ${column}` : ''}: ${message}`)
if (errors.nextPageToken) console.log('…')
if (failed > 0)
  console.log(
    `The refused rows, to be mended and sent again: curl -H 'Authorization: Bearer …' -H 'Accept: text/csv' ${new URL(`/v1/imports/${job.id}/errors`, values.url)} > refused.csv`,
  )
process.exit(status === 'completed' && failed === 0 ? 0 : 1)
