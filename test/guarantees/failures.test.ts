import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { app } from '../../src/app'
import { forgetKeys } from '../../src/http/auth'
import { newAccount, send } from '../support/api'
import { writeMany } from '../support/callers'
import { breakD1 } from '../support/d1'
import { expectProblem } from '../support/problem'

afterEach(() => void vi.restoreAllMocks())

test('health is a 503 if the database is unavailable, with the cause in the log', async () => {
  const log = vi.spyOn(console, 'error').mockReturnValue()
  breakD1(new Error('D1_ERROR: away'))
  expectProblem(await send('GET', '/health'), 503, 'database_unavailable')
  expect(log).toHaveBeenCalledOnce()
  expect(JSON.parse(String(log.mock.calls[0]?.[0]))).toMatchObject({ level: 'error', cause: 'D1_ERROR: away' })
})

describe('an unavailable database', () => {
  const away = () => {
    vi.spyOn(console, 'error').mockReturnValue()
    breakD1(new Error('D1_ERROR: away'))
  }

  test('does not make a key invalid', async () => {
    const { id, get } = await newAccount()
    forgetKeys(id)
    away()
    expectProblem(await get('/v1/me'), 503, 'database_unavailable')
    vi.restoreAllMocks()
    expect((await get('/v1/me')).status).toBe(200)
  })

  test('ends an export with an error, because it is not complete', async () => {
    const account = await newAccount()
    await writeMany(
      account,
      Array.from({ length: 251 }, (_, n) => ({ firstName: `P${n}`, lastName: 'Doe' })),
    )
    const headers = { authorization: `Bearer ${account.key}` }
    const { body } = await app.request('/v1/prospects/export', { headers }, env, createExecutionContext())
    const reader = body?.getReader()
    expect((await reader?.read())?.value?.length).toBeGreaterThan(0)
    away()
    await expect(reader?.read()).rejects.toThrow()
  })
})

describe('an unexpected error', () => {
  const SECRET = 'pat.private@example.com'

  test.each([
    ['whose message has personal data', new Error(`no room for ${SECRET}\n    at ${SECRET}`)],
    ['of D1', new Error('D1_ERROR: database is full: SQLITE_FULL')],
    ['with a cause', new TypeError('Failed', { cause: new Error(SECRET) })],
  ])('%s is a 500 with a requestId and a log line without personal data', async (_, error) => {
    const { prospect, get } = await newAccount()
    await get('/v1/me')
    const log = vi.spyOn(console, 'error').mockReturnValue()
    breakD1(error)
    const answer = await prospect({ firstName: 'Zebulon', email: SECRET, notes: `line\n    at ${SECRET}` })
    expectProblem(answer, 500, 'internal_error')
    expect(answer.text).not.toMatch(/D1|SQLITE|room/)
    expect(log).toHaveBeenCalledOnce()
    const line = String(log.mock.calls[0]?.[0])
    expect(JSON.parse(line)).toMatchObject({ level: 'error', requestId: (answer.json as any).requestId })
    expect(JSON.parse(line).at[0]).toMatch(/^at .+:\d+:\d+/)
    expect(line).not.toMatch(/Zebulon|private/)
  })

  test("the log has D1's message, and not the values", async () => {
    const { id, post } = await newAccount()
    const log = vi.spyOn(console, 'error').mockReturnValue()
    await env.DB.exec(
      `CREATE TRIGGER refuse BEFORE INSERT ON webhooks WHEN NEW.account_id = '${id}' BEGIN SELECT RAISE(ABORT, 'refused'); END`,
    )
    const answer = await post('/v1/webhooks', { url: 'https://hooks.example.com', description: SECRET })
    await env.DB.exec('DROP TRIGGER refuse')
    expectProblem(answer, 500, 'internal_error')
    const line = String(log.mock.calls[0]?.[0])
    expect(line).toContain('D1_ERROR: refused')
    expect(line).not.toContain(SECRET)
  })
})
