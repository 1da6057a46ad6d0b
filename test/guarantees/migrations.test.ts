import { applyD1Migrations } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { Webhook } from 'standardwebhooks'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { newId } from '../../src/db/ids'
import { hashKey, newKey } from '../../src/http/key'
import type { Prospect } from '../../src/prospects/prospect'
import { encryptSecret, newSecret } from '../../src/webhooks/secret'
import { callsTo } from '../support/configured'
import {
  bodyOf,
  consume,
  endpointAnswers,
  envelopeOf,
  headersOf,
  holdQueue,
  type Sent,
  tick,
} from '../support/endpoint'
import { asField, CV } from '../support/resume-files'

type Tables = Record<string, Record<string, string | number | null>[]>

const NOW = Date.now()
const AT = { created_at: NOW, updated_at: NOW }
const bindings = { DB: env.OLD_DB }
const [accountId, keyId] = [newId('acct', NOW, '00'), newId('key', NOW, '00')]
const [enabled, disabled, deleted] = ['', '', ''].map(() => newId('whk', NOW)) as [string, string, string]
const key = newKey(keyId)
const secret = newSecret()
const call = callsTo({ key }, bindings)
const seqOf = (n: number) => NOW * 1000 + n

const all = async () => {
  const { results } = await env.OLD_DB.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '_cf_*' AND name NOT GLOB 'sqlite_*'",
  ).all<{ name: string }>()
  const found = await env.OLD_DB.batch(results.map(({ name }) => env.OLD_DB.prepare(`SELECT * FROM ${name}`)))
  return Object.fromEntries(results.map(({ name }, i) => [name, found[i]?.results ?? []])) as Tables
}

/** What the code before migration 0003 had written. */
async function liveData(): Promise<Tables> {
  const own = { account_id: accountId }
  const people = [0, 1, 2].map((n) => ({ id: newId('prs', NOW), first_name: `Given${n}` }))
  const webhook = { ...own, ...AT, url: 'https://hooks.example.com/in', event_types: '[]' }
  const stored = await encryptSecret(secret, `${accountId} ${enabled}`, env.ENCRYPTION_KEY)
  const pending = { status: 'pending', next_at: NOW, last_error: null }
  const succeeded = { status: 'succeeded', attempts: 1, next_at: null, last_status_code: 200 }
  return {
    accounts: [{ id: accountId, name: 'Old', default_country: 'US', default_pipeline_id: 'pipe_1', ...AT }],
    api_keys: [{ ...own, id: keyId, name: 'Admin', hash: await hashKey(key), scopes: '["admin"]', created_at: NOW }],
    pipelines: [{ ...own, id: 'pipe_1', name: 'P', name_key: 'p', position: 0, default_stage_id: 'stg_1', ...AT }],
    stages: [{ ...own, id: 'stg_1', name: 'New', name_key: 'new', pipeline_id: 'pipe_1', position: 0, ...AT }],
    prospects: people.map((one) => ({ ...own, ...one, last_name: 'Old', stage_id: 'stg_1', ...AT })),
    events: people.map(({ id }, n) => ({
      ...own,
      seq: seqOf(n),
      nonce: `nonce0000${n}`,
      type: 'prospect.created',
      prospect_id: id,
      muted: 0,
      key_id: keyId,
      source: 'api',
      data: JSON.stringify({ prospect: { id, erased: true } }),
    })),
    webhooks: [
      { ...webhook, id: enabled, secret: stored },
      { ...webhook, id: disabled, secret: stored, disabled_at: NOW - 5 },
      { ...webhook, id: deleted, secret: '', deleted_at: NOW },
    ],
    deliveries: [
      { ...own, webhook_id: enabled, event_seq: seqOf(0), ...succeeded },
      { ...own, webhook_id: enabled, event_seq: seqOf(1), ...pending },
      { ...own, webhook_id: enabled, event_seq: seqOf(2), ...pending, attempts: 4, last_status_code: 500 },
      { ...own, webhook_id: disabled, event_seq: seqOf(1), ...pending },
      { ...own, webhook_id: deleted, event_seq: seqOf(0), ...succeeded },
      { ...own, webhook_id: deleted, event_seq: seqOf(1), ...pending },
    ],
  }
}

describe('what was there before migration 0003', () => {
  let before: Tables
  let after: Tables

  beforeAll(async () => {
    const db = env.OLD_DB
    await applyD1Migrations(
      db,
      env.MIGRATIONS.filter(({ name }) => name < '0003'),
    )
    const inserts = Object.entries(await liveData()).flatMap(([table, rows]) =>
      rows.map((row) => {
        const columns = Object.keys(row)
        const sql = `INSERT INTO ${table} (${columns}) VALUES (${columns.map(() => '?')})`
        return db.prepare(sql).bind(...Object.values(row))
      }),
    )
    await db.batch(inserts)
    before = await all()
    await applyD1Migrations(db, env.MIGRATIONS)
    after = await all()
  })

  afterEach(() => {
    vi.restoreAllMocks()
    vi.useRealTimers()
  })

  test('is all there after it, and refers to what is there', async () => {
    // views have taken the place of the last two
    const { d1_migrations, prospect_counts, label_set_members, ...tables } = before
    expect(after).toMatchObject(tables)
    expect((await env.OLD_DB.prepare('PRAGMA foreign_key_check').all()).results).toEqual([])
    expect(before.deliveries).toHaveLength(6)
  })

  test('has what the code now asks of it', async () => {
    const { deliveries, webhooks } = after
    const finished = deliveries?.map((d) => [d.status, d.finished_at, d.tries])
    expect(new Set(finished?.map((d) => d.join(' ')))).toEqual(new Set([`succeeded ${NOW} 0`, 'pending  0']))
    expect(webhooks?.map((w) => [w.id, w.disabled_reason, w.old_secrets, w.recover_from])).toEqual([
      [enabled, null, '[]', null],
      [disabled, 'requested', '[]', null],
      [deleted, null, '[]', null],
    ])
    expect(after.accounts?.map((a) => a.catalog_size)).toEqual([2])
  })

  test('is planned for: every index has statistics', async () => {
    const { results } = await env.OLD_DB.prepare(
      `SELECT name FROM sqlite_master WHERE type = 'index' AND name NOT GLOB 'sqlite_*'
         AND name NOT IN (SELECT idx FROM sqlite_stat1)`,
    ).all()
    expect(results).toEqual([])
  })

  test('is shown, and delivered: signed with the secret of then, less what has lost its endpoint', async () => {
    const { items } = (await call('GET', '/v1/webhooks')).json
    expect(items.map((w: any) => [w.id, w.disabledAt, w.disabledReason, w.failingSince])).toEqual([
      [disabled, NOW - 5, 'requested', null],
      [enabled, null, null, null],
    ])
    const deliveries = (await call('GET', `/v1/webhooks/${enabled}/deliveries`)).json.items
    expect(deliveries.map((d: any) => [d.status, d.attemptCount, d.lastStatusCode, d.createdAt])).toEqual([
      ['pending', 4, 500, NOW],
      ['pending', 0, null, NOW],
      ['succeeded', 1, 200, NOW],
    ])
    expect((await call('GET', `/v1/deliveries/${deliveries[2].id}`)).json).toEqual({ ...deliveries[2], attempts: [] })
    expect((await call('GET', '/v1/events')).json.items).toHaveLength(3)
    const { totalCount, prospects } = (await call('GET', '/v1/prospects?stage=New&limit=5')).json
    expect([totalCount, prospects.map(({ resume }: Prospect) => resume)]).toEqual([3, [null, null, null]])

    vi.useFakeTimers({ toFake: ['Date'], now: NOW + 60_000 })
    const sent = holdQueue()
    const requests = endpointAnswers()
    await tick(bindings)
    await consume(sent, 'prospect-webhooks', bindings)
    const sentFor = (requests.mock.calls as Sent[]).map((request) => envelopeOf(request).data.prospect.id)
    expect(sentFor.sort()).toEqual((await all()).events?.slice(1).map((event) => event.prospect_id))
    for (const request of requests.mock.calls as Sent[])
      expect(new Webhook(secret).verify(bodyOf(request), headersOf(request))).toEqual(envelopeOf(request))
    const { deliveries: ended, attempts } = await all()
    expect(ended?.map((d) => [d.webhook_id, d.status, d.attempts])).toEqual([
      [enabled, 'succeeded', 1],
      [enabled, 'succeeded', 1],
      [enabled, 'succeeded', 5],
      [disabled, 'cancelled', 0],
      [deleted, 'succeeded', 1],
      [deleted, 'cancelled', 0],
    ])
    expect(attempts?.map(({ n, status_code }) => [n, status_code])).toEqual([
      [1, 200],
      [5, 200],
    ])
    const given = await call('PATCH', `/v1/prospects/${prospects[0].id}`, { resume: asField(CV) })
    expect([given.status, given.json.resume.status]).toEqual([200, 'processing'])
    expect((await call('GET', '/v1/imports')).json.items).toEqual([])
  })
})
