import { execFileSync, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { parseEnv } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import { openCloudflare } from './cloudflare'
import { cleanUp, configWith, newFolder } from './service'

afterAll(cleanUp)

const WORKER = 'prospects-api'
const SENT_TO = ['webhooks', 'webhooks-slow', 'webhooks-bulk', 'resumes', 'imports'].map((name) => `prospect-${name}`)
const QUEUES = [...SENT_TO, ...SENT_TO.map((name) => `${name}-dlq`)]
const TABLES = "SELECT name FROM sqlite_master WHERE type = 'table'"

/** Runs `npm run deploy` as at a terminal, outside CI, unless `env` says otherwise. */
async function deploy(flags: string[], env: object = {}) {
  const { CI: _, ...ours } = process.env
  const command = spawn('node', ['scripts/deploy.mjs', ...flags], {
    env: { ...ours, WRANGLER_WRITE_LOGS: 'false', ...env },
  })
  let output = ''
  for (const stream of [command.stdout, command.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      output += text
    })
  const status = await new Promise<number | null>((ended) => command.on('close', ended))
  return { status, output }
}

test('npm run deploy creates what does not exist, continues after an interruption, and then changes only the Worker', async () => {
  const account = await openCloudflare()
  const TMPDIR = newFolder()
  Object.assign(account.env, { TMPDIR })
  // all but one of each kind exist: each command of wrangler takes seconds
  account.databases.set('prospects', { uuid: randomUUID(), sqlite: new DatabaseSync(':memory:') })
  for (const name of QUEUES) if (!/^prospect-imports/.test(name)) account.queues.set(name, new Map())
  const config = configWith('DB_1')
  const file = join(dirname(config), '.secrets', `${WORKER}.env`)
  const expectEnded = async (status: number, env: object = account.env) => {
    account.changes.length = 0
    const ended = await deploy(['--config', config], env)
    expect(ended).toMatchObject({ status, ...(status && { output: expect.stringContaining('failed') }) })
    expect(readdirSync(TMPDIR).filter((name) => name.startsWith('deploy-'))).toEqual([])
    return ended.output
  }

  // the secrets cannot be listed: none is generated
  account.failing = /secrets$/
  await expectEnded(1)
  expect([account.workers.size, existsSync(file)]).toEqual([0, false])

  // the file has one secret of the operator, and one setting; a migration fails
  mkdirSync(dirname(file))
  writeFileSync(file, 'ADMIN_TOKEN=from-before\nLOG_LEVEL=error')
  account.failing = /query$/
  let output = await expectEnded(1)
  const kept = parseEnv(readFileSync(file, 'utf8'))
  expect(kept).toEqual({
    ADMIN_TOKEN: 'from-before',
    LOG_LEVEL: 'error',
    ENCRYPTION_KEY: expect.stringMatching(/^1\.[A-Za-z\d+/]{43}=$/),
  })
  expect(readFileSync('.gitignore', 'utf8').split('\n')).toContain('.secrets/')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(account.workers.size).toBe(0)

  // the Worker is uploaded, and its own hosts are not set yet
  account.failing = /^PUT .*secrets$/
  output += await expectEnded(1)
  const uploaded = account.changes.indexOf(`PUT workers/scripts/${WORKER}`)
  expect(account.changes.findLastIndex((change) => change.endsWith('/query'))).toBeLessThan(uploaded)
  const bound = account.workers.get(WORKER)?.metadata.bindings

  account.failing = undefined
  output += await expectEnded(0)
  expect(output).not.toContain(kept.ENCRYPTION_KEY)
  expect(parseEnv(readFileSync(file, 'utf8'))).toEqual(kept)
  const worker = account.workers.get(WORKER)
  expect(Object.fromEntries(worker?.secrets ?? [])).toEqual({ ...kept, PUBLIC_HOSTS: `${WORKER}.acme.workers.dev` })
  expect(worker?.crons).toEqual(['* * * * *'])
  expect([...account.databases.keys()]).toEqual(['prospects', 'prospects-1'])
  expect([...account.buckets]).toEqual(['prospect-resumes'])
  expect([...account.queues.keys()].sort()).toEqual([...QUEUES].sort())
  for (const [name, consumers] of account.queues) {
    const dead_letter_queue = SENT_TO.includes(name) ? `${name}-dlq` : undefined
    expect([...consumers.values()]).toMatchObject([
      { script_name: WORKER, ...(dead_letter_queue && { dead_letter_queue }) },
    ])
  }
  const [db, db1] = [...account.databases.values()]
  expect(bound).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ name: 'DB', type: 'd1', id: db?.uuid }),
      expect.objectContaining({ name: 'DB_1', type: 'd1', id: db1?.uuid }),
      { name: 'RESUMES', type: 'r2_bucket', bucket_name: 'prospect-resumes' },
      ...SENT_TO.map((queue_name) => expect.objectContaining({ type: 'queue', queue_name })),
      expect.objectContaining({ name: 'KEY_RATE_LIMIT', type: 'ratelimit' }),
      expect.objectContaining({ name: 'GUESS_RATE_LIMIT', type: 'ratelimit' }),
      expect.objectContaining({ name: 'UNVERIFIED_HOST_RATE_LIMIT', type: 'ratelimit' }),
      { name: 'ASSETS', type: 'assets' },
    ]),
  )
  const tables = [db, db1].map((each) =>
    each?.sqlite
      .prepare(TABLES)
      .all()
      .map(({ name }) => name),
  )
  expect(tables[0]).toEqual(expect.arrayContaining(['accounts', 'prospects', 'events', 'imports', 'd1_migrations']))
  expect(tables[1]).toEqual(tables[0])

  // in CI, where no new secret can be kept: one secret has been rotated since, and another removed
  const old = `ENCRYPTION_KEY=${kept.ENCRYPTION_KEY}\n`
  writeFileSync(file, old)
  worker?.secrets.delete('ADMIN_TOKEN')
  worker?.secrets.set('ENCRYPTION_KEY', `2.new,${kept.ENCRYPTION_KEY}`)
  const before = new Map(worker?.secrets)
  expect(await expectEnded(0, { ...account.env, CI: 'true' })).toContain('The Worker has no ADMIN_TOKEN')
  expect([account.workers.get(WORKER)?.secrets, readFileSync(file, 'utf8')]).toEqual([before, old])
  const others = /^POST (d1\/database|queues|r2\/buckets)$|secrets|^POST queues\/.*consumers/
  expect(account.changes.filter((change) => others.test(change))).toEqual([])
  expect(account.changes).toContain(`POST workers/scripts/${WORKER}/versions`)
  expect(account.unknown).toEqual([])
}, 600_000)

test.each<[string, string[], object?]>([
  ['an unknown flag', ['--dryrun']],
  ['a word without a flag', ['staging']],
  ['--env without a name', ['--env']],
  ['--dry-run before the --', [], { npm_config_dry_run: 'true' }],
  ['--env before the --', [], { npm_config_env: 'staging' }],
])('%s is rejected, and changes nothing', async (_, flags, env) => {
  const account = await openCloudflare()
  const { status } = await deploy(['--config', configWith('DB_1'), ...flags], { ...account.env, ...env })
  expect(status).toBe(1)
  expect([account.changes, account.unknown, account.workers.size]).toEqual([[], [], 0])
})

test('another environment has the same configuration under other names', () => {
  const config = configWith('DB_1')
  const read = `
    const { writeEnvironment } = await import('./scripts/environment.mjs')
    const { unstable_readConfig: read } = await import('wrangler')
    const file = writeEnvironment(process.argv[1], 'staging')
    console.log(JSON.stringify([process.argv[1], file].map((config) => read({ config }))))`
  const output = execFileSync('node', ['--input-type=module', '-e', read, config], { encoding: 'utf8' })
  const [ours, other] = JSON.parse(output)
  const NAMES = ['name', 'topLevelName', 'database_name', 'bucket_name', 'queue', 'dead_letter_queue']
  const named = JSON.stringify(ours, (key, value) => (NAMES.includes(key) && value ? `staging-${value}` : value))
  const { configPath, userConfigPath, ...expected } = JSON.parse(named)
  const ids = (settings: typeof ours) =>
    settings.ratelimits.map((limit: { namespace_id: string }) => limit.namespace_id)
  expect(new Set([...ids(ours), ...ids(other)]).size).toBe(6)
  for (const id of ids(other)) expect(Number(id)).toBeLessThan(2 ** 31)
  for (const [i, limit] of expected.ratelimits.entries()) {
    limit.name = ours.ratelimits[i].name
    limit.namespace_id = ids(other)[i]
  }
  expect(other).toMatchObject(expected)
})

test('a dry run ends with an error where the configuration has a warning', async () => {
  const config = configWith('DB_1')
  writeFileSync(config, `wrong = true\n${readFileSync(config, 'utf8')}`)
  const { status, output } = await deploy(['--dry-run', '--config', config])
  expect([status, output]).toEqual([1, expect.stringContaining('Unexpected fields found in top-level field: "wrong"')])
})

test('package.json describes each binding and variable for the deploy button', () => {
  const { bindings } = JSON.parse(readFileSync('package.json', 'utf8')).cloudflare
  const variables = Object.keys(parseEnv(readFileSync('.dev.vars.example', 'utf8')))
  const bound = readFileSync('wrangler.toml', 'utf8').matchAll(/\[\[(?:d1|r2|queues\.producers).*\nbinding = "(\w+)"/g)
  expect(Object.keys(bindings).sort()).toEqual([...variables, ...[...bound].map(([, name]) => name)].sort())
})
