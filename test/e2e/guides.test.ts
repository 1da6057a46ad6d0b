import { execFile, spawn, spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { builtFlags, call, cleanUp, freePort, migratedFolder, type Service, startService, until } from './service'

/** What readers paste: each block of the README and of docs/api runs against one service, and other blocks are parsed. */

const execute = promisify(execFile)
const root = join(import.meta.dirname, '../..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const pages = globSync('{*.md,docs/**/*.md}', { cwd: root }).sort()
const guides = ['README.md', ...globSync('docs/api/*.md', { cwd: root }).sort()]

/** The blocks of a page, in order. */
const blocksOf = (page: string) =>
  [...read(page).matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language, code]) => ({ language, code: code as string }))
const shellBlocksOf = (page: string) => blocksOf(page).filter(({ language }) => language === 'sh')

const hasProgram = (...command: [string, ...string[]]) => spawnSync(command[0], command.slice(1)).status === 0
const SHELLS = {
  bash: { args: ['--norc', '--noediting', '-i'], isThere: true },
  // interactive, because a comment is an argument there
  zsh: { args: ['-f', '-i'], isThere: hasProgram('zsh', '-c', ':') },
}
const NO_ZSH = 'there is no zsh'

/** Blocks that install, or run until they are stopped. test/e2e/dev.test.ts starts the service in the same way. */
const RUNS_ON = /^npm (ci|run dev)/
const RECEIVES = /\.listen\(9999\)/
/** The definitions that every guide of docs/api uses. */
const SETUP = shellBlocksOf('docs/api/quickstart.md').find(({ code }) => code.startsWith('API='))?.code ?? ''

const OPERATOR = 'operator'
/** In the project's folder, so that Node finds the packages. */
const folder = mkdtempSync(join(root, 'dist/guides-'))
let service: Service

beforeAll(async () => {
  for (const name of ['package.json', 'scripts']) symlinkSync(join(root, name), join(folder, name))
  const [, flags = ''] = /^npm run dev -- (.*)$/m.exec(read('README.md')) ?? []
  expect(read('docs/api/quickstart.md')).toContain(`npm run dev -- ${flags}\n`)
  service = await startService(migratedFolder(), [...flags.split(' '), '--no-seed', ...builtFlags()])
})

afterAll(async () => {
  rmSync(folder, { recursive: true })
  await cleanUp()
})

const newKey = async () =>
  (await call(service.origin, OPERATOR, 'POST', '/admin/accounts', { name: 'Guides' })).json.apiKey.key

/** Pastes blocks into a shell. Resolves to its output, and to the statuses of the calls of each block. */
async function paste(shell: keyof typeof SHELLS, blocks: string[]) {
  const child = spawn(shell, SHELLS[shell].args, { cwd: folder, env: { ...process.env, TERM: 'dumb', PS1: '' } })
  let [output, errors] = ['', '']
  child.stdout.on('data', (text) => (output += text))
  child.stderr.on('data', (text) => (errors += text))
  child.stdin.end(
    [
      'set -e',
      'set -o pipefail',
      `curl() { command curl -w '%{stderr}CALLED %{http_code}\\n' "$@"; }`,
      ...blocks.map((code) => `echo NEXT BLOCK >&2\n${code}`),
      'exit 0\n',
    ].join('\n'),
  )
  const code = await new Promise((ended) => child.on('close', ended))
  expect(code, `${output}\n${errors}`).toBe(0)
  expect(errors).not.toMatch(/not found|no matches|parse error|syntax error|event not found/)
  const called = errors.split(/^NEXT BLOCK$/m).slice(1)
  expect(called).toHaveLength(blocks.length)
  return { output, statuses: called.map((text) => [...text.matchAll(/CALLED (\d+)/g)].map(([, status]) => status)) }
}

/** The error that each shell block returns: the JSON block that follows it, if that is an error. */
const errorsOf = (page: string) =>
  blocksOf(page).flatMap(({ language }, i, all) => {
    const next = all[i + 1]
    const isError = next?.language === 'json' && next.code.includes('"requestId"')
    return language === 'sh' ? [isError ? JSON.parse(next.code) : undefined] : []
  })

/** An error as a guide shows it. The ids of the request and of the survivor of a merge differ in each run. */
const withAnyIds = (error: object) => ({
  ...error,
  requestId: expect.any(String),
  ...('mergedInto' in error && { mergedInto: expect.stringMatching(/^prs_/) }),
})

describe.each(Object.keys(SHELLS) as (keyof typeof SHELLS)[])('in %s', (shell) => {
  test.for(guides)('every block of %s runs', async (page, { skip }) => {
    skip(!SHELLS[shell].isThere, NO_ZSH)
    const port = String(await freePort())
    const local = (code: string) =>
      code.replaceAll('localhost:8787', service.origin.replace('http://', '')).replaceAll('9999', port)
    const expected = errorsOf(page)
    const blocks = shellBlocksOf(page)
      .map(({ code }, i) => ({ code: local(code), error: expected[i] }))
      .filter(({ code }) => !RUNS_ON.test(code))
    const receiver = blocks.find(({ code }) => RECEIVES.test(code.replace(port, '9999')))
    const pasted = blocks.filter((block) => block !== receiver)
    if (pasted.length === 0) return

    const listening = receiver && spawn(shell, ['-c', receiver.code], { detached: true })
    let received = ''
    listening?.stdout.on('data', (text) => (received += text))
    try {
      const setup = page === 'README.md' || page.endsWith('quickstart.md') ? [] : [local(SETUP)]
      const { output, statuses } = await paste(shell, [...setup, ...pasted.map(({ code }) => code)])
      for (const [i, { code, error }] of pasted.entries())
        for (const status of statuses[i + setup.length] as string[])
          expect(status, code).toMatch(error ? String(error.status) : /^2/)
      const errors = [...output.matchAll(/^\{(?:.*|\n(?: .*\n)*)\}$/gm)].flatMap(([json]) =>
        json.includes('"requestId"') ? [JSON.parse(json)] : [],
      )
      for (const { error } of pasted) if (error) expect(errors).toContainEqual(withAnyIds(error))
      if (listening)
        await until(
          'the webhooks of the tour',
          () => received.match(/prospect\.created/g)?.length === 2,
          () => received,
        )
    } finally {
      if (listening?.pid) process.kill(-listening.pid, 'SIGKILL')
    }
  })

  test.for(pages)('every block of %s parses, without comments', (page, { skip }) => {
    skip(!SHELLS[shell].isThere, NO_ZSH)
    for (const { code } of shellBlocksOf(page)) {
      expect(code).not.toMatch(/(^|\s)#/m)
      expect(spawnSync(shell, ['-n'], { input: code, encoding: 'utf8' }).stderr).toBe('')
    }
  })
})

test('the example of the typed client compiles, and does what the guide says', async () => {
  const code = blocksOf('docs/api/typescript.md').find(({ language }) => language === 'ts')?.code ?? ''
  writeFileSync(join(folder, 'people.ts'), code)
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ extends: '../../tsconfig.json', compilerOptions: { types: ['node'] }, include: ['people.ts'] }),
  )
  await execute('npm', ['run', 'generate', '-w', 'prospects-api-client'], { cwd: root })
  await execute(join(root, 'node_modules/.bin/tsc'), ['-p', folder])
  const env = { ...process.env, PROSPECTS_URL: service.origin, PROSPECTS_KEY: await newKey() }
  const people = async () => (await execute(process.execPath, ['people.ts'], { cwd: folder, env })).stdout
  const first = await people()
  expect(first).toMatch(/^created prs_\w+\nAnn Lee\n$/)
  expect(await people()).toBe(first) // under the same Idempotency-Key
})

/** Creates a Go module with the packages that the guide names. Returns false if there is no Go, or they cannot be downloaded. */
function hasGoPackages(): boolean {
  const [install = ''] = /go get [\w./-]+/.exec(read('docs/api/webhooks.md')) ?? []
  return spawnSync('sh', ['-c', `go mod init receiver && ${install}`], { cwd: folder }).status === 0
}

const RECEIVERS = {
  js: { file: 'receiver.mjs', command: [process.execPath, 'receiver.mjs'], isThere: () => true },
  python: {
    file: 'receiver.py',
    command: ['python3', 'receiver.py'],
    isThere: () => hasProgram('python3', '-c', 'import standardwebhooks'),
  },
  go: { file: 'receiver.go', command: ['./receiver'], isThere: hasGoPackages },
}

test.for(Object.keys(RECEIVERS) as (keyof typeof RECEIVERS)[])(
  'the receiver in %s accepts a signed webhook, and rejects a forged one',
  async (language, { skip }) => {
    const { file, command, isThere } = RECEIVERS[language]
    skip(!isThere(), `there is no ${language} with Standard Webhooks`)
    const code = blocksOf('docs/api/webhooks.md').find((block) => block.language === language)?.code ?? ''
    writeFileSync(join(folder, file), code)
    if (language === 'go') await execute('go', ['build', '-buildvcs=false', '-o', 'receiver', file], { cwd: folder })
    const key = await newKey()
    const port = await freePort()
    const url = `http://127.0.0.1:${port}/hook`
    const { json: webhook } = await call(service.origin, key, 'POST', '/v1/webhooks', { url })
    const [program = '', ...args] = command
    const receiver = spawn(program, args, {
      cwd: folder,
      env: { ...process.env, PORT: String(port), SECRET: webhook.secret },
    })
    let output = ''
    for (const stream of [receiver.stdout, receiver.stderr]) stream.on('data', (text) => (output += text))
    try {
      const forged = await until(
        'the receiver',
        () => fetch(url, { method: 'POST', body: '{}', headers: { 'webhook-id': 'evt_x' } }).catch(() => null),
        () => output,
      )
      expect(forged.status).toBe(400)
      const { json: delivery } = await call(service.origin, key, 'POST', `/v1/webhooks/${webhook.id}/ping`, {})
      const sent = await until('the delivery', async () => {
        const { json } = await call(service.origin, key, 'GET', `/v1/deliveries/${delivery.id}`)
        return json.attempts.length > 0 && json
      })
      expect([sent.status, sent.lastStatusCode]).toEqual(['succeeded', 204])
      expect(output).toContain(`${delivery.eventId} ping`)
    } finally {
      receiver.kill('SIGKILL')
    }
  },
)

test('the service serves every guide, and llms.txt lists them all', async () => {
  const listed = await (await fetch(`${service.origin}/llms.txt`)).text()
  for (const page of guides.slice(1)) {
    const path = page.replace('docs/api/', '/docs/')
    expect(listed).toContain(`](${path})`)
    expect(await (await fetch(service.origin + path)).text()).toBe(read(page))
  }
})

test('a guide links only to pages that are served with it', () => {
  for (const page of guides.slice(1)) expect(read(page)).not.toMatch(/\]\((?!https?:)[^)]*\//)
})

/** The anchor that GitHub gives a heading. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')

test.for(pages)('the links and files that %s names exist', (page) => {
  const text = read(page).replaceAll(/^```.*?^```$/gms, '')
  for (const [, link = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^https?:/.test(link)) continue
    const [path = '', anchor] = link.split('#')
    const target = path ? join(dirname(page), path) : page
    expect(existsSync(join(root, target)), `${link} of ${page}`).toBe(true)
    if (!anchor) continue
    const anchors = [...read(target).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchorOf(heading ?? ''))
    expect(anchors).toContain(anchor)
  }
  for (const [, path = ''] of text.matchAll(/`((?:src|test|docs|scripts|bench|drizzle|packages|examples)\/[\w./-]+)`/g))
    expect(existsSync(join(root, path)), `${path} in ${page}`).toBe(true)
})
