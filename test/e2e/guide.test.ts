import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { call, cleanUp, freePort, newFolder, type Service, startService, until } from './service'

const OPERATOR = 'operator-of-the-guide'
const root = join(import.meta.dirname, '../..')
const guide = readFileSync(join(root, 'src/openapi/guide.md'), 'utf8')
/** Below the project's own folder, so that its packages are found. */
const folder = mkdtempSync(join(root, 'dist/guide-'))

let service: Service
let key: string

beforeAll(async () => {
  service = await startService(newFolder(), [
    '--no-seed',
    `--var=ADMIN_TOKEN:${OPERATOR}`,
    '--var=ALLOW_LOCAL_WEBHOOKS:true',
  ])
  key = (await call(service.origin, OPERATOR, 'POST', '/admin/accounts', { name: 'Guide' })).json.apiKey.key
})

afterAll(async () => {
  rmSync(folder, { recursive: true })
  await cleanUp()
})

const hasPython = () => {
  try {
    execFileSync('python3', ['-c', 'import standardwebhooks'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

test.for([
  ['js', process.execPath, 'receiver.mjs'],
  ['python', 'python3', 'receiver.py'],
] as const)(
  'the guide’s receiver in %s takes what is signed, and nothing else',
  async ([language, program, file], { skip }) => {
    skip(language === 'python' && !hasPython(), 'there is no Python with standardwebhooks')
    const [, code = ''] = new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's').exec(guide) ?? []
    writeFileSync(join(folder, file), code)
    const port = await freePort()
    const url = `http://127.0.0.1:${port}/hook`
    const { json: webhook } = await call(service.origin, key, 'POST', '/v1/webhooks', { url })
    const receiver = spawn(program, [file], {
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
